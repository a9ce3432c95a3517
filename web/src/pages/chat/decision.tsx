import { Check, Pencil, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button";

const LONGEST_REASON = 1_000;

interface DecisionProps {
  approve: () => unknown;
  refuse: (reason: string | undefined) => unknown;
  /** Put it in other words first, where there are words to change. */
  edit?: (() => void) | undefined;
  busy?: boolean;
}

/** A person's yes or no, a no with a reason if they like. */
export function Decision({ approve, refuse, edit, busy = false }: DecisionProps) {
  const [isRefusing, setRefusing] = useState(false);
  const [reason, setReason] = useState("");
  if (isRefusing) {
    return (
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          refuse(reason.trim() || undefined);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          setRefusing(false);
        }}
      >
        <input
          // biome-ignore lint/a11y/noAutofocus: it was just asked for
          autoFocus
          aria-label="Why not, if you like to say"
          placeholder="Why not, if you like to say"
          value={reason}
          maxLength={LONGEST_REASON}
          onChange={(event) => setReason(event.target.value)}
          className="h-8 min-w-0 flex-1 rounded-md border border-field bg-raised px-2 text-sm placeholder:text-muted"
        />
        <Button disabled={busy} onClick={() => setRefusing(false)}>
          Cancel
        </Button>
        <Button type="submit" busy={busy}>
          Refuse
        </Button>
      </form>
    );
  }
  return (
    <div className="flex justify-end gap-2">
      <Button disabled={busy} onClick={() => setRefusing(true)}>
        <X aria-hidden="true" className="size-3.5" />
        Refuse
      </Button>
      {edit && (
        <Button disabled={busy} onClick={edit}>
          <Pencil aria-hidden="true" className="size-3.5" />
          Edit
        </Button>
      )}
      <Button look="primary" busy={busy} onClick={approve}>
        <Check aria-hidden="true" className="size-3.5" />
        Approve
      </Button>
    </div>
  );
}

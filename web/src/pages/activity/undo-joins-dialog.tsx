import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api } from "../../api/client";
import type { Outcome } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Field } from "../../ui/field";
import { counted } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { Notice } from "../../ui/notice";
import { toasts } from "../../ui/toasts";
import { lookAnew } from "../past/look-anew";
import { Resulting } from "../past/resulting";

/** Undo all that rules joined since a time, some hundreds at once, seen before it is done. */
export function UndoJoinsDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [since, setSince] = useState("");
  const trying = useMutation({ mutationFn: () => undoSince(since, true) });
  const undoing = useMutation({
    mutationFn: () => undoAll(since),
    onSuccess: (parted) => {
      onClose();
      toasts.say(`${counted(parted, "join")} undone`);
    },
    // Those that were undone before it failed are undone.
    onSettled: () => lookAnew(client),
  });
  const change = (to: string) => {
    setSince(to);
    trying.reset();
  };
  return (
    <Dialog title="Undo all that the rules joined since a time?" onClose={onClose}>
      <Field
        label="Since"
        type="datetime-local"
        value={since}
        onChange={(event) => change(event.target.value)}
        hint="In your own time. What people said stays as it is."
      />
      <div className="mt-3 space-y-3">
        {trying.isPending && <Loading />}
        {trying.isError && <Failure error={trying.error} />}
        {trying.data && (
          <>
            <Resulting outcome={trying.data.outcome as Outcome} />
            {trying.data.more && <Notice tone="warn">There are more than are shown here.</Notice>}
          </>
        )}
        {undoing.isError && <Failure error={undoing.error} />}
      </div>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        {trying.data ? (
          <Button
            look="danger"
            busy={undoing.isPending}
            disabled={trying.data.outcome.contacts.length === 0}
            onClick={() => undoing.mutate()}
          >
            Undo them
          </Button>
        ) : (
          <Button look="primary" disabled={!since} busy={trying.isPending} onClick={() => trying.mutate()}>
            See what would happen
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function undoSince(since: string, dry_run: boolean) {
  const body = { since: new Date(since).toISOString(), dry_run };
  return answered(api.POST("/history/undo-joins", { body }));
}

async function undoAll(since: string): Promise<number> {
  let parted = 0;
  for (;;) {
    const { outcome, more } = await undoSince(since, false);
    const undone = outcome.entries.reduce((sum, entry) => sum + (entry.undoes?.length ?? 0), 0);
    parted += undone;
    if (!more || undone === 0) return parted;
  }
}

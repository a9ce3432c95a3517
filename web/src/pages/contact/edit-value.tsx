import { Pencil, PinOff } from "lucide-react";
import type { SubmitEvent } from "react";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { textIn } from "../../ui/form-text";
import { inWords } from "../../ui/format";
import { Popover } from "../../ui/popover";
import { usePinning } from "./pinning";

interface EditValueProps {
  contactId: string;
  name: string;
  value: string;
  isPinned: boolean;
}

/** Say what a contact shall show, here alone: nothing is written where it came from. */
export function EditValue(props: EditValueProps) {
  const label = `Change ${inWords(props.name).toLowerCase()}`;
  return (
    <Popover
      button={<Pencil aria-hidden="true" className="size-3.5" />}
      label={label}
      className="grid size-6 shrink-0 place-items-center rounded text-muted hover:bg-hover hover:text-ink"
      panelClassName="p-3!"
    >
      {(close) => <Form {...props} close={close} />}
    </Popover>
  );
}

function Form({ contactId, name, value, isPinned, close }: EditValueProps & { close: () => void }) {
  const pinning = usePinning(contactId, name, close);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = textIn(new FormData(event.currentTarget), "value").trim();
    if (typed === "" || typed === value) close();
    else pinning.mutate(typed);
  };
  return (
    <form onSubmit={submit}>
      <Field
        label={inWords(name)}
        name="value"
        defaultValue={value}
        data-first
        hint="Shown here, whatever the sources say. Nothing is written back to them."
      />
      <div className="mt-3 flex justify-end gap-2">
        {isPinned && (
          <Button look="quiet" busy={pinning.isPending} onClick={() => pinning.mutate(null)}>
            <PinOff aria-hidden="true" className="size-3.5" />
            Follow the sources
          </Button>
        )}
        <Button type="submit" look="primary" busy={pinning.isPending}>
          Set
        </Button>
      </div>
    </form>
  );
}

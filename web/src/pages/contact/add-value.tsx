import { Plus } from "lucide-react";
import { useState } from "react";
import type { ContactDetail } from "../../api/types";
import { inWords } from "../../ui/format";
import { Popover } from "../../ui/popover";
import { Select } from "../../ui/select";
import { ValueForm } from "./edit-value";

interface AddValueProps {
  contact: ContactDetail;
  /** The fields that hold nothing. */
  names: readonly string[];
}

/** Say something of a contact that no source says. */
export function AddValue({ contact, names }: AddValueProps) {
  return (
    <Popover
      button={
        <>
          <Plus aria-hidden="true" className="size-3.5" />
          Add a value
        </>
      }
      label="Add a value"
      width={336}
      className="-ml-1.5 mt-2 inline-flex h-7 items-center gap-1 rounded-md align-top px-1.5 text-accent text-sm hover:bg-hover"
      panelClassName="p-3!"
    >
      {(close) => <Adding contact={contact} names={names} close={close} />}
    </Popover>
  );
}

function Adding({ contact, names, close }: AddValueProps & { close: () => void }) {
  const [chosen, setChosen] = useState(names[0] ?? "");
  return (
    <div className="space-y-3">
      <Select
        label="Field"
        options={names.map((name) => ({ value: name, label: inWords(name) }))}
        value={chosen}
        onChoose={setChosen}
      />
      <ValueForm key={chosen} contact={contact} name={chosen} value="" isPinned={false} close={close} />
    </div>
  );
}

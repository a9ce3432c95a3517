import { type ReactNode, useRef, useState } from "react";
import type { Condition } from "../../../api/filter";
import { nextOf } from "../../../ui/menu";
import { Popover } from "../../../ui/popover";
import { ConditionForm } from "./condition-form";
import { FIELDS, type FilterField } from "./fields";

interface AddConditionProps {
  add: (condition: Condition) => void;
  label: string;
  className: string;
  children: ReactNode;
}

/** A button that asks for one thing more: first which field, then what of it. */
export function AddCondition({ add, label, className, children }: AddConditionProps) {
  return (
    <Popover label={label} className={className} width={240} button={children}>
      {(close) => (
        <Steps
          add={(condition) => {
            close();
            add(condition);
          }}
        />
      )}
    </Popover>
  );
}

function Steps({ add }: { add: (condition: Condition) => void }) {
  const [field, setField] = useState<FilterField>();
  return field ? <ConditionForm field={field} onApply={add} /> : <FieldChoice choose={setField} />;
}

function FieldChoice({ choose }: { choose: (field: FilterField) => void }) {
  const [words, setWords] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const found = FIELDS.filter(({ label }) => label.toLowerCase().includes(words.trim().toLowerCase()));

  const walk = (event: React.KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const to = nextOf(
      event.key,
      buttons.indexOf(document.activeElement as HTMLButtonElement),
      buttons.length,
    );
    if (to === undefined || event.key === "Home" || event.key === "End") return;
    event.preventDefault();
    buttons[to]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only the arrow keys on their way to what they lead to
    <div onKeyDown={walk}>
      <input
        aria-label="Field to filter by"
        placeholder="Filter by …"
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          const only = found[0];
          if (event.key !== "Enter" || !only) return;
          event.preventDefault();
          choose(only);
        }}
        className="mb-1 h-8 w-full rounded-md bg-hover px-2 text-sm placeholder:text-muted focus-visible:outline-none"
      />
      <ul ref={list}>
        {found.map((field) => (
          <li key={field.name}>
            <button
              type="button"
              onClick={() => choose(field)}
              className="h-8 w-full rounded-md px-2 text-left text-sm hover:bg-hover focus-visible:bg-hover focus-visible:outline-none"
            >
              {field.label}
            </button>
          </li>
        ))}
        {found.length === 0 && <li className="p-2 text-muted text-sm">No field is called that.</li>}
      </ul>
    </div>
  );
}

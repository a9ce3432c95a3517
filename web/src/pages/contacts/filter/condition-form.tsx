import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { connectionsQuery, removedConnectionsQuery } from "../../../api/connections";
import type { Condition } from "../../../api/filter";
import { Button } from "../../../ui/button";
import { useProviderOf } from "../../../ui/providers";
import { conditionOf, type FilterField, typedOf, wayOf, waysOf } from "./fields";

const INPUT = "h-8 w-full rounded-md border border-field bg-raised px-2 text-sm";

interface ConditionFormProps {
  field: FilterField;
  condition?: Condition | undefined;
  onApply: (condition: Condition) => void;
}

/** What to ask of one field. */
export function ConditionForm({ field, condition, onApply }: ConditionFormProps) {
  const ways = waysOf(field);
  const [way, setWay] = useState((condition && wayOf(condition)) ?? ways[0]);
  const [typed, setTyped] = useState(condition ? typedOf(condition) : "");
  if (!way) return null;
  const made = conditionOf(field, way, typed);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    if (made) onApply(made);
  };
  return (
    <form onSubmit={apply} className="space-y-2 p-2">
      <p className="font-medium text-sm">{field.label}</p>
      <select
        // biome-ignore lint/a11y/noAutofocus: it was just asked for, and there is nothing else to say
        autoFocus={way.value !== undefined}
        aria-label="How to ask"
        value={way.name}
        onChange={(event) => setWay(ways.find(({ name }) => name === event.target.value) ?? way)}
        className={INPUT}
      >
        {ways.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      {way.value === undefined && <Value field={field} typed={typed} type={setTyped} />}
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={!made}>
          Apply
        </Button>
      </div>
    </form>
  );
}

interface ValueProps {
  field: FilterField;
  typed: string;
  type: (value: string) => void;
}

function Value({ field, typed, type }: ValueProps) {
  const options = useOptions(field);
  if (options) {
    return (
      <select
        // biome-ignore lint/a11y/noAutofocus: it was just asked for
        autoFocus
        data-first=""
        aria-label="Value"
        value={typed}
        onChange={(event) => type(event.target.value)}
        className={INPUT}
      >
        <option value="" disabled>
          Choose …
        </option>
        {options.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it was just asked for
      autoFocus
      data-first=""
      aria-label="Value"
      type={{ moment: "date", number: "number" }[field.kind as string] ?? "text"}
      {...(field.kind === "number" ? { min: 0 } : {})}
      value={typed.length > 10 && field.kind === "moment" ? typed.slice(0, 10) : typed}
      maxLength={200}
      onChange={(event) => type(event.target.value)}
      className={INPUT}
    />
  );
}

/** What there is to choose from, where a field has no other values. */
function useOptions({ kind }: FilterField): { name: string; label: string }[] | null {
  const providerOf = useProviderOf();
  const connected = useQuery(connectionsQuery);
  const kept = useQuery(removedConnectionsQuery);
  const all = [...(connected.data ?? []), ...(kept.data ?? [])];
  if (kind === "connection") {
    return all.map(({ id, account_name, provider }) => ({
      name: id,
      label: `${account_name} (${providerOf(provider).label})`,
    }));
  }
  if (kind !== "provider") return null;
  const names = [...new Set(all.map(({ provider }) => provider))].sort();
  return names.map((name) => ({ name, label: providerOf(name).label }));
}

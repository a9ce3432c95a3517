import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { connectionsQuery, removedConnectionsQuery } from "../../../api/connections";
import { type Condition, conditionsIn, type Group } from "../../../api/filter";
import { cx } from "../../../ui/class-names";
import { dayOf } from "../../../ui/format";
import { Popover } from "../../../ui/popover";
import { useProviderOf } from "../../../ui/providers";
import { AddCondition } from "./add-condition";
import { ConditionForm } from "./condition-form";
import { fieldOf, typedOf, wayOf } from "./fields";

interface ChipProps {
  condition: Condition;
  isInGroup?: boolean;
  replace: (condition: Condition) => void;
  remove: () => void;
  /** Put another beside it, of which either will do; not offered inside a group, which has that room itself. */
  beside?: ((condition: Condition) => void) | undefined;
  besideLabel?: string | undefined;
}

/** One condition: what it asks, a click to change it, a cross to be rid of it. */
export function Chip({ condition, isInGroup = false, replace, remove, beside, besideLabel }: ChipProps) {
  const words = useWords(condition);
  const field = fieldOf(condition.field);
  const said = `${field.label} ${words.way} ${words.value}`.trim();
  return (
    <span
      className={cx(
        "inline-flex h-7 min-w-0 items-center rounded-md bg-info-soft text-sm",
        isInGroup ? "h-6" : "h-7",
      )}
    >
      <Popover
        label={`Change the filter: ${said}`}
        className="flex h-full min-w-0 items-center gap-1 rounded-md pr-1 pl-2 hover:underline"
        button={
          <>
            {/* The spaces are for who hears it. */}
            <span className="text-muted">{field.label}</span>{" "}
            <span className="whitespace-nowrap text-muted">{words.way}</span>{" "}
            {words.value && <span className="max-w-44 truncate font-medium text-ink">{words.value}</span>}
          </>
        }
      >
        {(close) => (
          <ConditionForm
            field={field}
            condition={condition}
            onApply={(changed) => {
              close();
              replace(changed);
            }}
          />
        )}
      </Popover>
      {beside && (
        <AddCondition
          add={beside}
          label={`${besideLabel} …, beside ${said}`}
          className="h-full rounded px-1 text-muted text-xs hover:bg-hover hover:text-ink"
        >
          {besideLabel}
        </AddCondition>
      )}
      <Cross remove={remove} label={`Remove the filter: ${said}`} />
    </span>
  );
}

/** A group within a group of a view that was made elsewhere: too deep to be changed here, but not hidden. */
export function DeepChip({ group, remove }: { group: Group; remove: () => void }) {
  const words = `${conditionsIn(group)} conditions`;
  return (
    <span className="inline-flex h-6 items-center rounded-md bg-info-soft pl-2 text-muted text-sm">
      {words}
      <Cross remove={remove} label={`Remove ${words}`} />
    </span>
  );
}

function Cross({ remove, label }: { remove: () => void; label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={remove}
      className="grid size-6 shrink-0 place-items-center rounded-md text-muted hover:text-ink"
    >
      <X aria-hidden="true" className="size-3" />
    </button>
  );
}

/** Say a condition: how it asks, and what for. */
function useWords(condition: Condition): { way: string; value: string } {
  const providerOf = useProviderOf();
  const connected = useQuery(connectionsQuery);
  const kept = useQuery(removedConnectionsQuery);
  const way = wayOf(condition);
  const { kind } = fieldOf(condition.field);
  const typed = typedOf(condition);
  const label = way?.label ?? condition.operator;
  if (way?.value !== undefined) return { way: kind === "flag" && label === "yes" ? "" : label, value: "" };
  if (kind === "moment") {
    return { way: label, value: Number.isNaN(Date.parse(typed)) ? typed : dayOf(typed) };
  }
  if (kind === "provider" && typeof condition.value === "string") {
    return { way: label, value: providerOf(typed).label };
  }
  if (kind === "connection") {
    const named = [...(connected.data ?? []), ...(kept.data ?? [])].find(({ id }) => id === typed);
    return { way: label, value: named?.account_name ?? typed };
  }
  return { way: label, value: typed };
}

import { ListFilter } from "lucide-react";
import { type Group, isGroup, type Rule } from "../../../api/filter";
import { buttonClass } from "../../../ui/button";
import { AddCondition } from "./add-condition";
import { Chip, DeepChip } from "./chip";
import { otherThan, turned, withBeside, withoutRule, withReplaced, withRule } from "./editing";

const JOINT = { and: "and", or: "or" } as const;

interface FilterBarProps {
  filter: Group | undefined;
  change: (filter: Group | undefined) => void;
}

/** What the list is narrowed to, as chips: all of them or any, each with others beside it. */
export function FilterBar({ filter, change }: FilterBarProps) {
  return (
    <>
      {filter && (
        <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5">
          <legend className="sr-only">Filters</legend>
          {filter.rules.map((rule, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rules have no other name than their place
            <span key={at} className="contents">
              {at > 0 && <Joint filter={filter} change={change} />}
              <TopRule rule={rule} at={at} filter={filter} change={change} />
            </span>
          ))}
          {filter.rules.length > 1 && (
            <button
              type="button"
              onClick={() => change(undefined)}
              className="h-6 rounded-md px-1.5 text-muted text-xs hover:bg-hover hover:text-ink"
            >
              Clear
            </button>
          )}
        </fieldset>
      )}
      <AddCondition
        label="Add a filter"
        add={(condition) => change(withRule(filter, condition))}
        className={buttonClass("plain", filter ? "border-dashed" : "border-dashed text-muted")}
      >
        <ListFilter aria-hidden="true" className="size-3.5" />
        Filter
      </AddCondition>
    </>
  );
}

/** The word between two chips, which turns *all of these* into *any of these*. */
function Joint({ filter, change }: { filter: Group; change: (filter: Group) => void }) {
  return (
    <button
      type="button"
      onClick={() => change(turned(filter))}
      aria-label={`All are joined by “${JOINT[filter.combinator]}”; join them by “${JOINT[otherThan(filter.combinator)]}”`}
      title={
        filter.combinator === "and" ? "All of these; click for any of them" : "Any of these; click for all"
      }
      className="h-6 rounded-md px-1.5 text-muted text-xs hover:bg-hover hover:text-ink"
    >
      {JOINT[filter.combinator]}
    </button>
  );
}

interface TopRuleProps {
  rule: Rule;
  at: number;
  filter: Group;
  change: (filter: Group | undefined) => void;
}

function TopRule({ rule, at, filter, change }: TopRuleProps) {
  const beside = JOINT[otherThan(filter.combinator)];
  if (!isGroup(rule)) {
    return (
      <Chip
        condition={rule}
        replace={(condition) => change(withReplaced(filter, [at], condition))}
        remove={() => change(withoutRule(filter, [at]))}
        beside={(condition) => change(withBeside(filter, [at], condition))}
        besideLabel={beside}
      />
    );
  }
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-1 rounded-md border border-edge border-dashed px-0.5 py-px">
      {rule.rules.map((inner, inside) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no other name than their place
        <span key={inside} className="contents">
          {inside > 0 && <span className="px-0.5 text-muted text-xs">{JOINT[rule.combinator]}</span>}
          {isGroup(inner) ? (
            <DeepChip group={inner} remove={() => change(withoutRule(filter, [at, inside]))} />
          ) : (
            <Chip
              isInGroup
              condition={inner}
              replace={(condition) => change(withReplaced(filter, [at, inside], condition))}
              remove={() => change(withoutRule(filter, [at, inside]))}
            />
          )}
        </span>
      ))}
      <AddCondition
        label={`+ ${JOINT[rule.combinator]} …`}
        add={(condition) => change(withBeside(filter, [at], condition))}
        className="h-6 rounded px-1.5 text-muted text-xs hover:bg-hover hover:text-ink"
      >
        + {JOINT[rule.combinator]}
      </AddCondition>
    </span>
  );
}

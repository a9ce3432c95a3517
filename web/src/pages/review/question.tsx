import { Link } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import type { Suggestion } from "../../api/types";
import { Avatar } from "../../ui/avatar";
import { cx } from "../../ui/class-names";
import { begun, inWords, nameOf } from "../../ui/format";
import { ProviderBadges } from "../../ui/providers";
import { type Choices, type ComparedField, type ComparedRow, compare } from "./comparison";

interface QuestionProps {
  suggestion: Suggestion;
  choices: Choices;
  choose: (field: ComparedField, value: string) => void;
}

/** Two golden records side by side, why they may be one, and what would come of it. */
export function Question({ suggestion, choices, choose }: QuestionProps) {
  const [left, right] = suggestion.sides;
  const rows = compare(suggestion, choices);
  return (
    <>
      <p className="mb-3 text-sm [overflow-wrap:anywhere]">{begun(suggestion.sentence)}</p>
      <div className="overflow-x-auto rounded-lg border bg-raised">
        <table className="w-full min-w-[36rem] table-fixed text-left text-sm">
          <caption className="sr-only">The two records, and the one they would be</caption>
          <thead>
            <tr className="border-b align-top">
              <th scope="col" className="w-24 p-3 font-normal text-muted">
                <span className="sr-only">Field</span>
              </th>
              {[left, right].map(({ contact }) => (
                <th key={contact.id} scope="col" className="p-3 font-normal">
                  <Person contact={contact} />
                </th>
              ))}
              <th scope="col" className="bg-info-soft p-3 font-normal">
                <span className="flex h-7 items-center font-medium text-accent">If they are one</span>
              </th>
            </tr>
          </thead>
          <tbody className="divide-y">
            {rows.map((row) => (
              <Row key={row.field} row={row} choose={(value) => choose(row.field, value)} />
            ))}
          </tbody>
        </table>
      </div>
      <Reasons suggestion={suggestion} />
    </>
  );
}

function Person({ contact }: { contact: Suggestion["sides"][0]["contact"] }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-2">
      <Avatar id={contact.id} name={nameOf(contact)} />
      <Link
        to="/contacts/$contactId"
        params={{ contactId: contact.id }}
        className="min-w-0 flex-1 truncate font-semibold hover:underline"
      >
        {nameOf(contact)}
      </Link>
      <ProviderBadges sources={contact.sources} tight="always" />
    </span>
  );
}

function Row({ row, choose }: { row: ComparedRow; choose: (value: string) => void }) {
  return (
    <tr>
      <th scope="row" className="p-3 font-normal text-muted text-xs">
        {inWords(row.field)}
        {row.differs && <span className="sr-only">, differs</span>}
      </th>
      {([row.left, row.right] as const).map((value, side) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the sides of a question stay where they are
        <td key={side} className={cx("p-1.5 [overflow-wrap:anywhere]", row.differs && "bg-warn-soft")}>
          {value === null ? (
            <span className="px-1.5 text-muted">–</span>
          ) : row.differs ? (
            <button
              type="button"
              aria-pressed={row.result === value}
              title="Show this value if they are one"
              onClick={() => choose(value)}
              className="w-full rounded px-1.5 py-1 text-left text-warn hover:bg-hover aria-pressed:font-semibold"
            >
              {value}
            </button>
          ) : (
            <span className="block px-1.5 py-1">{value}</span>
          )}
        </td>
      ))}
      <td className="bg-info-soft p-3 font-medium [overflow-wrap:anywhere]">{row.result ?? "–"}</td>
    </tr>
  );
}

function Reasons({ suggestion }: { suggestion: Suggestion }) {
  const { fields = [], guards = [] } = suggestion.reason;
  if (fields.length === 0 && guards.length === 0) return null;
  return (
    <section aria-labelledby="reasons" className="mt-5">
      <h2 id="reasons" className="mb-2 font-semibold text-sm">
        What speaks for it, and against it
      </h2>
      <ul className="space-y-1.5 text-sm">
        {fields.map((share) => (
          <li key={`${share.field}/${share.level}`} className="flex items-start gap-2">
            <span
              aria-hidden="true"
              className={cx(
                "mt-px grid size-5 shrink-0 place-items-center rounded font-semibold text-xs",
                share.strength >= 0 ? "bg-good-soft text-good" : "bg-bad-soft text-bad",
              )}
            >
              {share.strength >= 0 ? "+" : "−"}
            </span>
            <span className="[overflow-wrap:anywhere]">{begun(share.sentence)}</span>
          </li>
        ))}
        {guards.map((guard) => (
          <li key={`${guard.kind}/${guard.value}`} className="flex items-start gap-2">
            <ShieldAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
            <span className="[overflow-wrap:anywhere]">{begun(guard.sentence)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

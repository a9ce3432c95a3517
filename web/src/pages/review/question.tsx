import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { contactQuery } from "../../api/queries";
import type { Suggestion } from "../../api/types";
import { Avatar } from "../../ui/avatar";
import { cx } from "../../ui/class-names";
import { begun, inWords, nameOf } from "../../ui/format";
import { ProviderBadges } from "../../ui/providers";
import { evidenceIn, questionOf } from "../evidence/evidence-words";
import { Guards, Shares } from "../evidence/shares";
import { type Choices, type ComparedField, type ComparedRow, compare } from "./comparison";

interface QuestionProps {
  suggestion: Suggestion;
  choices: Choices;
  choose: (field: ComparedField, value: string) => void;
}

/** Two golden records side by side, why they may be one, and what would come of it. */
export function Question({ suggestion, choices, choose }: QuestionProps) {
  const [left, right] = suggestion.sides;
  const rows = compare(suggestion, choices, [
    useQuery(contactQuery(left.contact.id)).data,
    useQuery(contactQuery(right.contact.id)).data,
  ]);
  return (
    <>
      <p className="mb-3 text-sm [overflow-wrap:anywhere]">{questionOf(suggestion)}</p>
      <div className="overflow-hidden rounded-lg border bg-raised">
        <table className="w-full table-fixed text-left text-sm">
          <caption className="sr-only">The two records, and the one they would be</caption>
          <thead>
            <tr className={cx("border-b align-top", NARROW_ROW)}>
              <th scope="col" className="w-36 p-3 font-normal text-muted max-sm:hidden">
                <span className="sr-only">Field</span>
              </th>
              {[left, right].map(({ contact }) => (
                <th key={contact.id} scope="col" className="p-3 font-normal">
                  <Person contact={contact} />
                </th>
              ))}
              <th scope="col" className="bg-info-soft p-3 font-normal max-sm:hidden">
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

/** On a phone the field stands above what the two say, and what would come of it below. */
const NARROW_ROW = "max-sm:grid max-sm:grid-cols-2";

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
  const differs = row.likeness === "differs";
  const canChoose = differs || row.likeness === "written differently";
  return (
    <tr className={NARROW_ROW}>
      <th scope="row" className="p-3 font-normal text-muted text-xs max-sm:col-span-2 max-sm:pb-0">
        {inWords(row.field)}
        {canChoose && (
          <span className={cx("block max-sm:ml-2 max-sm:inline", differs && "text-warn")}>
            {begun(row.likeness ?? "")}
          </span>
        )}
      </th>
      {([row.left, row.right] as const).map((value, side) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the sides of a question stay where they are
        <td key={side} className={cx("p-1.5 [overflow-wrap:anywhere]", differs && "bg-warn-soft")}>
          {value === null ? (
            <span className="px-1.5 text-muted">–</span>
          ) : canChoose ? (
            <button
              type="button"
              aria-pressed={row.result === value}
              title="Show this value if they are one"
              onClick={() => choose(value)}
              className={cx(
                "w-full rounded px-1.5 py-1 text-left hover:bg-hover aria-pressed:font-semibold",
                differs && "text-warn",
              )}
            >
              {value}
            </button>
          ) : (
            <span className="block px-1.5 py-1">{value}</span>
          )}
        </td>
      ))}
      <td className="bg-info-soft p-3 font-medium [overflow-wrap:anywhere] max-sm:col-span-2">
        <span aria-hidden="true" className="mr-2 font-normal text-accent text-xs sm:hidden">
          If they are one
        </span>
        {row.result ?? "–"}
      </td>
    </tr>
  );
}

function Reasons({ suggestion: { reason } }: { suggestion: Suggestion }) {
  // The first of them the question begins with.
  const [, ...guards] = reason.guards ?? [];
  if (evidenceIn(reason).length === 0 && guards.length === 0) return null;
  return (
    <section aria-labelledby="reasons" className="mt-5">
      <h2 id="reasons" className="mb-2 font-semibold text-sm">
        What speaks for it, and against it
      </h2>
      <div className="space-y-1.5">
        <Guards guards={guards} />
        <Shares edge={reason} />
      </div>
    </section>
  );
}

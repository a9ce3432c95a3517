import { ShieldAlert } from "lucide-react";
import { cx } from "../../ui/class-names";
import { begun } from "../../ui/format";
import { type Edge, evidenceIn, plainly, type Share, weightOf } from "./evidence-words";

/** What of two records speaks for their being one person and what against it, in words; figures for who points at it. */
export function Shares({ edge }: { edge: { fields?: readonly Share[] } }) {
  return (
    <ul className="space-y-1.5 text-sm">
      {evidenceIn(edge).map((share) => {
        const speaksFor = share.strength > 0;
        return (
          <li
            key={`${share.field}/${share.level}`}
            title={begun(share.sentence)}
            className="flex items-start gap-2"
          >
            <span
              aria-hidden="true"
              className={cx(
                "mt-px grid size-5 shrink-0 place-items-center rounded font-semibold text-xs",
                speaksFor ? "bg-good-soft text-good" : "bg-bad-soft text-bad",
              )}
            >
              {speaksFor ? "+" : "−"}
            </span>
            <span className="[overflow-wrap:anywhere]">
              {plainly(share.sentence)} <span className="text-muted">{weightOf(share.strength)}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What kept records from being joined by what they have in common. */
export function Guards({ guards }: { guards: Edge["guards"] }) {
  return (
    <ul className="space-y-1.5 text-sm">
      {guards.map((guard) => (
        <li key={`${guard.kind}/${guard.sentence}`} className="flex items-start gap-2">
          <ShieldAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
          <span className="[overflow-wrap:anywhere]">{begun(guard.sentence)}</span>
        </li>
      ))}
    </ul>
  );
}

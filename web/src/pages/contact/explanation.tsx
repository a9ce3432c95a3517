import { useQuery } from "@tanstack/react-query";
import { Scale, ShieldAlert } from "lucide-react";
import { explanationQuery } from "../../api/queries";
import { Failure } from "../../ui/failure";
import { begun, counted } from "../../ui/format";
import { Loading } from "../../ui/loading";

/** Why these records are one person, and what else was looked at, in plain words. */
export function Explanation({ contactId }: { contactId: string }) {
  const explained = useQuery(explanationQuery(contactId));
  if (explained.isPending) return <Loading />;
  if (explained.isError) return <Failure error={explained.error} retry={explained.refetch} />;
  const { sentence, edges, guards, decisions, left_off } = explained.data;
  const left = left_off.edges ?? 0;
  return (
    <div className="space-y-5 text-sm [overflow-wrap:anywhere]">
      <p className="font-medium">{begun(sentence)}</p>
      {edges.length > 0 && (
        <section aria-label="What holds them together">
          <h3 className="mb-1.5 text-muted text-xs">What holds them together</h3>
          <ul className="space-y-2">
            {edges.map((edge) => (
              <li key={`${edge.rule}/${edge.sentence}`} className="rounded-md border bg-raised px-3 py-2">
                <p>{begun(edge.sentence)}</p>
                {edge.fields && edge.fields.length > 0 && (
                  <ul className="mt-1 space-y-0.5 text-muted text-xs">
                    {edge.fields.map((share) => (
                      <li key={`${share.field}/${share.level}`}>{begun(share.sentence)}</li>
                    ))}
                  </ul>
                )}
              </li>
            ))}
          </ul>
          {left > 0 && <p className="mt-1.5 text-muted text-xs">and {counted(left, "other reason")}</p>}
        </section>
      )}
      {guards.length > 0 && (
        <section aria-label="What was not counted">
          <h3 className="mb-1.5 text-muted text-xs">What was not counted</h3>
          <ul className="space-y-1.5">
            {guards.map((guard) => (
              <li key={`${guard.kind}/${guard.sentence}`} className="flex items-start gap-2">
                <ShieldAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
                {begun(guard.sentence)}
              </li>
            ))}
          </ul>
        </section>
      )}
      {decisions.length > 0 && (
        <section aria-label="What people said">
          <h3 className="mb-1.5 text-muted text-xs">What people said</h3>
          <ul className="space-y-1.5">
            {decisions.map((decision) => (
              <li key={decision.number} className="flex items-start gap-2">
                <Scale aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-muted" />
                {begun(decision.sentence)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

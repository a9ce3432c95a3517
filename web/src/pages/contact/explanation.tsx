import { useQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { explanationQuery } from "../../api/queries";
import { Failure } from "../../ui/failure";
import { begun, counted } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { evidenceIn, plainly } from "../evidence/evidence-words";
import { Guards, Shares } from "../evidence/shares";
import { RecordName } from "../past/entry";
import { recordKey } from "./cited";

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
              <li
                key={`${edge.rule}/${edge.value}/${edge.records.map(recordKey).join()}`}
                className="rounded-md border bg-raised px-3 py-2"
              >
                <p className="font-medium">{plainly(edge.sentence)}</p>
                <ul aria-label="Of these records" className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
                  {edge.records.map((source) => (
                    <li key={recordKey(source)} className="min-w-0">
                      <RecordName source={source} />
                    </li>
                  ))}
                  {edge.left_off > 0 && <li className="text-muted">and {counted(edge.left_off, "other")}</li>}
                </ul>
                {evidenceIn(edge).length > 0 && (
                  <div className="mt-2">
                    <Shares edge={edge} />
                  </div>
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
          <Guards guards={guards} />
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

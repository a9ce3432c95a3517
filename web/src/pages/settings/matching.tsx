import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { connectionsQuery } from "../../api/connections";
import { rulesPreviewQuery, rulesQuery } from "../../api/rules";
import { Failure } from "../../ui/failure";
import { count } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { lookAnew } from "../past/look-anew";
import { RulesForm } from "./rules-form";
import { PreviewPanel } from "./rules-preview";
import { RulesVersions } from "./rules-versions";
import { Section } from "./section";

/** By which rules records are joined, and which value of several is shown. */
export function Matching() {
  const rules = useQuery(rulesQuery);
  const preview = useQuery(rulesPreviewQuery);
  const connections = useQuery(connectionsQuery);
  const [askedAt, setAskedAt] = useState<string>();
  useContactsAfter(rules.data?.reweighing != null);
  return (
    <Section
      title="Matching"
      says="When two records are one person, and which of their values is shown. Any change can be changed back."
    >
      {(rules.isPending || connections.isPending) && <Loading />}
      {rules.isError && <Failure error={rules.error} retry={rules.refetch} />}
      {rules.data?.reweighing && <Progress {...rules.data.reweighing} />}
      {preview.isError && <Failure error={preview.error} retry={preview.refetch} />}
      {rules.data && preview.data && (
        <PreviewPanel
          preview={preview.data}
          version={rules.data.version}
          wasAskedHere={preview.data.asked_at === askedAt}
        />
      )}
      {rules.data && !connections.isPending && (
        // Other rules may hold by now: then the form begins anew with those.
        <RulesForm
          key={rules.data.version}
          rules={rules.data}
          providers={[...new Set(connections.data?.map(({ provider }) => provider))]}
          onTrying={(begun) => setAskedAt(begun.asked_at)}
        />
      )}
      <RulesVersions />
    </Section>
  );
}

/** Look at the contacts anew as soon as all of them are settled. */
function useContactsAfter(isSettling: boolean): void {
  const client = useQueryClient();
  const wasSettling = useRef(isSettling);
  useEffect(() => {
    if (wasSettling.current && !isSettling) void lookAnew(client);
    wasSettling.current = isSettling;
  }, [isSettling, client]);
}

function Progress({ done, total }: { done: number; total: number }) {
  const id = useId();
  return (
    <div className="mb-4">
      <p id={id} role="status" className="mb-1 text-muted text-sm tabular-nums">
        Settling everything by the new rules: {count(done)} of {count(total)} records
      </p>
      <progress className="bar" aria-labelledby={id} max={total || 1} value={done} />
    </div>
  );
}

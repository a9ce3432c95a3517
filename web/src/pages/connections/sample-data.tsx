import { useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { providersQuery } from "../../api/connections";
import type { Connection } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { useProviderOf } from "../../ui/providers";
import { nextSample, RETURN_TO_SAMPLE } from "./samples";
import { useConsent } from "./ways-in";

interface SampleDataProps {
  connections: readonly Connection[];
  /** The person has begun, and comes back from one of the accounts. */
  begun: boolean;
}

/** The way through the accounts with sample data, where a sandbox offers them: each says yes by itself. */
export function SampleData({ connections, begun }: SampleDataProps) {
  const providers = useQuery(providersQuery);
  const next = nextSample(providers.data ?? [], connections);
  const consent = useConsent(next?.provider.name ?? "", RETURN_TO_SAMPLE);
  const providerOf = useProviderOf();
  if (!next) return null;
  const { label } = providerOf(next.provider.name);
  return (
    <div className="mb-3 flex flex-wrap items-center gap-3 rounded-xl bg-info-soft px-4 py-3">
      <Sparkles aria-hidden="true" className="size-5 shrink-0 text-accent" />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium text-sm">
          {begun ? `Sample data, ${next.place} of ${next.of}: ${label}` : "Only looking around?"}
        </p>
        <p className="text-muted text-xs">
          {begun
            ? "Allow the access there as well, and see the same people come together."
            : "A sandbox stands in for the tools here, full of people who do not exist."}
        </p>
      </div>
      <Button
        look="primary"
        busy={consent.isPending}
        onClick={() => consent.mutate(next.provider.sample ?? {})}
      >
        {begun ? `Continue with ${label}` : "Try it with sample data"}
      </Button>
      {consent.isError && <Failure error={consent.error} />}
    </div>
  );
}

import { useState } from "react";
import { wordsOf } from "../../api/problem";
import type { Provider } from "../../api/types";
import { Button } from "../../ui/button";
import { ProviderMark, providerOf } from "../../ui/providers";
import { ConnectDialog } from "./connect-dialog";
import { asksNothing, useConsent } from "./ways-in";

/** A tool that can be connected. */
export function ProviderCard({ provider }: { provider: Provider }) {
  const consent = useConsent(provider.name);
  const [asking, setAsking] = useState(false);
  const { label, says } = providerOf(provider.name);
  return (
    <li className="flex flex-col gap-3 rounded-xl border bg-raised p-4">
      <div className="flex items-center gap-3">
        <ProviderMark name={provider.name} large />
        <div className="min-w-0">
          <h3 className="font-semibold text-base">{label}</h3>
          <p className="truncate text-muted text-xs">{says}</p>
        </div>
      </div>
      <Button
        busy={consent.isPending}
        onClick={() => (asksNothing(provider) ? consent.mutate({}) : setAsking(true))}
        aria-label={`Connect ${label}`}
      >
        Connect
      </Button>
      {consent.isError && (
        <p role="alert" className="text-bad text-xs [overflow-wrap:anywhere]">
          {wordsOf(consent.error)}
        </p>
      )}
      {asking && <ConnectDialog provider={provider} onClose={() => setAsking(false)} />}
    </li>
  );
}

import { type ReactNode, useState } from "react";
import { wordsOf } from "../../api/problem";
import type { Provider } from "../../api/types";
import { Button } from "../../ui/button";
import { ProviderMark } from "../../ui/providers";
import { ConnectDialog } from "./connect-dialog";
import { asksNothing, useConsent } from "./ways-in";

/** A tool that can be connected. */
export function ProviderCard({ provider }: { provider: Provider }) {
  return (
    <li className="flex flex-col gap-3 rounded-xl border bg-raised p-4">
      <div className="flex items-center gap-3">
        <ProviderMark name={provider.name} large />
        <div className="min-w-0">
          <h3 className="font-semibold text-base">{provider.label}</h3>
          <p className="truncate text-muted text-xs">{provider.says}</p>
        </div>
      </div>
      <Connect provider={provider} />
    </li>
  );
}

function Connect({ provider }: { provider: Provider }) {
  const consent = useConsent(provider.name);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        busy={consent.isPending}
        onClick={() => (asksNothing(provider) ? consent.mutate({}) : setAsking(true))}
        aria-label={`Connect ${provider.label}`}
      >
        Connect
      </Button>
      {consent.isError && <Wrong>{wordsOf(consent.error)}</Wrong>}
      {asking && <ConnectDialog provider={provider} onClose={() => setAsking(false)} />}
    </>
  );
}

function Wrong({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="text-bad text-xs [overflow-wrap:anywhere]">
      {children}
    </p>
  );
}

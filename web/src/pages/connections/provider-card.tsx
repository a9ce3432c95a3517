import { useState } from "react";
import { wordsOf } from "../../api/problem";
import { Button } from "../../ui/button";
import type { ProviderInfo } from "../../ui/providers";
import { ProviderMark } from "../../ui/providers";
import { useConsent } from "./ways-in";
import { ZendeskDialog } from "./zendesk-dialog";

/** A tool that can be connected. */
export function ProviderCard({ provider }: { provider: ProviderInfo }) {
  const consent = useConsent(provider.name);
  const [asking, setAsking] = useState(false);
  const connect = () => (provider.name === "zendesk" ? setAsking(true) : consent.mutate({}));
  return (
    <li className="flex flex-col gap-3 rounded-xl border bg-raised p-4">
      <div className="flex items-center gap-3">
        <ProviderMark name={provider.name} large />
        <div className="min-w-0">
          <h3 className="font-semibold text-base">{provider.label}</h3>
          <p className="truncate text-muted text-xs">{provider.says}</p>
        </div>
      </div>
      <Button busy={consent.isPending} onClick={connect} aria-label={`Connect ${provider.label}`}>
        Connect
      </Button>
      {consent.isError && (
        <p role="alert" className="text-bad text-xs [overflow-wrap:anywhere]">
          {wordsOf(consent.error)}
        </p>
      )}
      {asking && <ZendeskDialog onClose={() => setAsking(false)} />}
    </li>
  );
}

import { type ReactNode, useRef, useState } from "react";
import { wordsOf } from "../../api/problem";
import type { Provider } from "../../api/types";
import { Button } from "../../ui/button";
import { ProviderMark } from "../../ui/providers";
import { ConnectDialog } from "./connect-dialog";
import { asksNothing, useConsent, useHandOver } from "./ways-in";

/** A tool that can be connected, or a kind of file that can be handed over. */
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
      {provider.file ? (
        <HandOver label={provider.label} file={provider.file} />
      ) : (
        <Connect provider={provider} />
      )}
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

function HandOver({ label, file }: { label: string; file: NonNullable<Provider["file"]> }) {
  const handing = useHandOver(file.path);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={file.endings.join(",")}
        className="hidden"
        aria-label={`A ${label}`}
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen) handing.mutate(chosen);
          // So that the same file, once it was mended, can be chosen again.
          event.currentTarget.value = "";
        }}
      />
      <Button
        busy={handing.isPending}
        onClick={() => input.current?.click()}
        aria-label={`Hand over a ${label}`}
      >
        Choose a file
      </Button>
      {handing.isError && <Wrong>{wordsOf(handing.error)}</Wrong>}
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

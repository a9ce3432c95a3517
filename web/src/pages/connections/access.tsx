import { Check, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Connection } from "../../api/types";
import { Ago } from "../../ui/ago";
import { dayOf } from "../../ui/format";
import { useProviderOf } from "../../ui/providers";
import { doing } from "./purposes";
import { Reconnect } from "./reconnect";

/** What an account lets us do, in plain words, and for how long. */
export function Access({ connection }: { connection: Connection }) {
  const { label } = useProviderOf()(connection.provider);
  const allowed = Object.entries(connection.allowed ?? {});
  const missing = Object.entries(connection.missing ?? {});
  return (
    <div className="space-y-3 text-sm">
      <p className="text-muted">
        {connection.scopes.length === 0
          ? `Whoever connected the account let us do at ${label} whatever they may do. We need:`
          : `What ${label} lets us do, of what we need:`}
      </p>
      <ul className="grid gap-x-8 gap-y-1.5 sm:grid-cols-2">
        {missing.map(([scope, purpose]) => (
          <Scope key={scope} scope={scope} icon={<X aria-hidden="true" className="size-4 text-warn" />}>
            <span className="text-warn">{doing(purpose)}: not allowed</span>
          </Scope>
        ))}
        {allowed.map(([scope, purpose]) => (
          <Scope key={scope} scope={scope} icon={<Check aria-hidden="true" className="size-4 text-good" />}>
            {doing(purpose)}
          </Scope>
        ))}
      </ul>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-muted text-xs">
          {connection.authorized_at && (
            <>
              Connected <Ago at={connection.authorized_at} />.{" "}
            </>
          )}
          {connection.ends_at
            ? `This way in ends on ${dayOf(connection.ends_at)}.`
            : "The access is renewed by itself for as long as the account allows it."}
        </p>
        {connection.state !== "broken" && <Reconnect connection={connection} words="Connect again" />}
      </div>
    </div>
  );
}

function Scope({ scope, icon, children }: { scope: string; icon: ReactNode; children: ReactNode }) {
  return (
    <li className="flex gap-2" title={scope}>
      <span className="mt-px shrink-0">{icon}</span>
      <span className="min-w-0">{children}</span>
    </li>
  );
}

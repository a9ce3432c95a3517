import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { syncsQuery } from "../../api/connections";
import type { Connection } from "../../api/types";
import { isUnderWay } from "../../live/progress";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { StatePill } from "../../ui/state-pill";
import { AtAGlance } from "./at-a-glance";
import { DisconnectDialog } from "./disconnect-dialog";
import { LastRun } from "./last-run";
import { type Panel, Panels } from "./panels";
import { Reconnect } from "./reconnect";
import { Rest } from "./rest";
import { useStanding, useSyncing } from "./use-connection";
import { Warnings } from "./warnings";

/** A connected account: how it is, what its syncs did, and what can be done with it. */
export function ConnectionCard({ connection }: { connection: Connection }) {
  const syncs = useQuery(syncsQuery(connection.id));
  const [leaving, setLeaving] = useState(false);
  const [panel, setPanel] = useState<Panel | null>(null);
  const syncing = useSyncing(connection, "incremental");
  const latest = syncs.data?.[0];
  const standing = useStanding(connection, latest);
  const { label, isFile } = useProviderOf()(connection.provider);
  return (
    <li className="overflow-hidden rounded-xl border bg-raised" aria-label={connection.account_name}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-3 p-4">
        <ProviderMark name={connection.provider} large />
        <div className="min-w-0 flex-1 basis-44">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h3 className="truncate font-semibold text-base">{connection.account_name}</h3>
            <span role="status">
              <StatePill standing={standing} />
            </span>
          </div>
          <p className="truncate text-muted text-xs">
            {isFile ? label : `${label} · account ${connection.account_id}`}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-1.5">
          {connection.state === "broken" && <Reconnect connection={connection} />}
          {connection.state === "active" && !isFile && (
            <Button
              busy={syncing.isPending}
              disabled={latest !== undefined && isUnderWay(latest)}
              onClick={() => syncing.mutate()}
              aria-label={`Sync now: ${connection.account_name}`}
            >
              <RefreshCw aria-hidden="true" className="size-3.5" />
              Sync now
            </Button>
          )}
          {connection.state !== "broken" && !isFile && <Rest connection={connection} />}
          <Button
            look="quiet"
            onClick={() => setLeaving(true)}
            aria-label={`Disconnect ${connection.account_name}`}
          >
            Disconnect
          </Button>
        </div>
      </div>
      <div className="space-y-3 px-4 pb-4">
        {syncing.isError && <Failure error={syncing.error} />}
        <Warnings connection={connection} />
        <AtAGlance connection={connection} runs={syncs.data} show={setPanel} />
        {syncs.isError ? (
          <Failure error={syncs.error} retry={syncs.refetch} />
        ) : (
          <LastRun
            latest={latest}
            isBroken={connection.state === "broken"}
            loading={syncs.isPending}
            show={setPanel}
          />
        )}
      </div>
      <Panels connection={connection} runs={syncs.data} shown={panel} show={setPanel} />
      {leaving && <DisconnectDialog connection={connection} onClose={() => setLeaving(false)} />}
    </li>
  );
}

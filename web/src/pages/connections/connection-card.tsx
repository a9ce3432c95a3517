import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { answered, api } from "../../api/client";
import { syncsKey, syncsQuery } from "../../api/queries";
import type { Connection } from "../../api/types";
import { isUnderWay } from "../../live/progress";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { dayOf } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { Coverage } from "./coverage";
import { DisconnectDialog } from "./disconnect-dialog";
import { LastRun } from "./last-run";
import { Missing } from "./missing";
import { Reconnect } from "./reconnect";
import { Rest } from "./rest";
import { RunList } from "./run-list";
import { StatePill } from "./state-pill";

/** A connected account: how it is, what its syncs did, and what can be done with it. */
export function ConnectionCard({ connection }: { connection: Connection }) {
  const client = useQueryClient();
  const syncs = useQuery(syncsQuery(connection.id));
  const [leaving, setLeaving] = useState(false);
  const asking = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/connections/{connection_id}/sync", { params: { path: { connection_id: connection.id } } }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: syncsKey(connection.id) }),
  });
  const latest = syncs.data?.[0];
  const broken = connection.state === "broken";
  const { label, isFile } = useProviderOf()(connection.provider);
  return (
    <li className="rounded-xl border bg-raised">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4">
        <ProviderMark name={connection.provider} large />
        <div className="min-w-0 flex-1 basis-40">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h3 className="truncate font-semibold text-base">{connection.account_name}</h3>
            <StatePill connection={connection} latest={latest} />
          </div>
          <p className="truncate text-muted text-xs">
            {label} · account {connection.account_id}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {broken && <Reconnect connection={connection} />}
          {connection.state === "active" && (
            <Button
              busy={asking.isPending}
              disabled={latest !== undefined && isUnderWay(latest)}
              onClick={() => asking.mutate()}
              aria-label={`Sync now: ${connection.account_name}`}
            >
              <RefreshCw aria-hidden="true" className="size-3.5" />
              Sync now
            </Button>
          )}
          {!broken && !isFile && <Rest connection={connection} />}
          <Button
            look="quiet"
            onClick={() => setLeaving(true)}
            aria-label={`Disconnect ${connection.account_name}`}
          >
            Disconnect
          </Button>
        </div>
      </div>
      <div className="space-y-3 border-t px-4 py-3">
        {asking.isError && <Failure error={asking.error} />}
        {broken && (
          <Notice tone="warn">
            {label} no longer lets us in{connection.broken_reason ? `: ${connection.broken_reason}` : "."}{" "}
            Reconnect, and syncing goes on where it was; nothing is lost.
          </Notice>
        )}
        {connection.state === "paused" && (
          <Notice tone="info">
            Paused
            {connection.paused_at && (
              <>
                {" "}
                <Ago at={connection.paused_at} />
              </>
            )}
            : nothing is read until you resume it, and what was read stays.
          </Notice>
        )}
        <Missing connection={connection} />
        {connection.ending ? (
          <Notice tone="bad">{connection.ending}</Notice>
        ) : (
          connection.ends_at && (
            <Notice tone="warn">
              {label} ends API tokens on {dayOf(connection.ends_at)}. Connect the account again by signing in
              at {label} before then, and syncing goes on.
            </Notice>
          )
        )}
        {syncs.isError ? (
          <Failure error={syncs.error} retry={syncs.refetch} />
        ) : (
          <LastRun connectionId={connection.id} latest={latest} loading={syncs.isPending} />
        )}
        {!isFile && <Coverage connection={connection} latest={latest} />}
        {syncs.data && syncs.data.length > 1 && <RunList syncs={syncs.data} />}
      </div>
      {leaving && <DisconnectDialog connection={connection} onClose={() => setLeaving(false)} />}
    </li>
  );
}

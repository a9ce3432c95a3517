import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { removedConnectionsQuery } from "../../api/connections";
import type { Connection } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { Reconnect } from "./reconnect";
import { useRemoving } from "./use-connection";

/** Accounts that were disconnected, and still are not done with: records kept, or an access not given back. */
export function Kept() {
  const removed = useQuery(removedConnectionsQuery);
  const left = removed.data?.filter((one) => one.removed_data === "keep" || one.broken_reason) ?? [];
  if (removed.isError) return <Failure error={removed.error} retry={removed.refetch} />;
  if (left.length === 0) return null;
  return (
    <section aria-labelledby="disconnected" className="mb-8">
      <h2 id="disconnected" className="mb-2 font-medium text-muted text-sm">
        Disconnected
      </h2>
      <ul className="divide-y overflow-hidden rounded-xl border bg-raised">
        {left.map((connection) => (
          <One key={connection.id} connection={connection} />
        ))}
      </ul>
    </section>
  );
}

function One({ connection }: { connection: Connection }) {
  const [erasing, setErasing] = useState(false);
  const isKept = connection.removed_data === "keep";
  const { label, isFile } = useProviderOf()(connection.provider);
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-3" aria-label={connection.account_name}>
      <ProviderMark name={connection.provider} large />
      <div className="min-w-0 flex-1 basis-52">
        <h3 className="truncate font-medium text-sm">{connection.account_name}</h3>
        <p className="text-muted text-xs">
          {label} · disconnected {connection.removed_at && <Ago at={connection.removed_at} />} ·{" "}
          {isKept ? "its records were kept" : "its records were erased"}
        </p>
        {connection.broken_reason && <p className="mt-0.5 text-warn text-xs">{connection.broken_reason}</p>}
      </div>
      {isKept && (
        <div className="flex flex-wrap gap-1.5">
          {!isFile && <Reconnect connection={connection} words="Connect again" />}
          <Button
            look="quiet"
            onClick={() => setErasing(true)}
            aria-label={`Erase the records of ${connection.account_name}`}
          >
            Erase records
          </Button>
        </div>
      )}
      {erasing && <EraseDialog connection={connection} onClose={() => setErasing(false)} />}
    </li>
  );
}

function EraseDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const erasing = useRemoving(connection, onClose);
  return (
    <Dialog title={`Erase the records of ${connection.account_name}?`} onClose={onClose}>
      <p className="text-muted text-sm">
        They go for good, and so do contacts that came from nowhere else. Nothing is changed at{" "}
        {useProviderOf()(connection.provider).label}.
      </p>
      {erasing.isError && <Failure error={erasing.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" busy={erasing.isPending} onClick={() => erasing.mutate("erase")}>
          Erase the records
        </Button>
      </div>
    </Dialog>
  );
}

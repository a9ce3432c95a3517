import { useQuery } from "@tanstack/react-query";
import { budgetQuery } from "../../api/connections";
import type { Budget, Connection } from "../../api/types";
import { useNow } from "../../ui/ago";
import { Failure } from "../../ui/failure";
import { clock, count } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { useProviderOf } from "../../ui/providers";

const LOOK_AGAIN_MS = 15_000;

/** The limits that a provider sets the account, and how much of each is used. */
export function Limits({ connection }: { connection: Connection }) {
  const budget = useQuery({ ...budgetQuery(connection.id), refetchInterval: LOOK_AGAIN_MS });
  const { label } = useProviderOf()(connection.provider);
  if (budget.isError) return <Failure error={budget.error} retry={budget.refetch} />;
  if (budget.isPending) return <Loading />;
  if (budget.data.length === 0) return <p className="text-muted text-sm">{label} sets no limits.</p>;
  return (
    <>
      <ul className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
        {budget.data.map((limit) => (
          <Limit key={limit.name} limit={limit} />
        ))}
      </ul>
      <p className="mt-3 text-muted text-xs">
        Shared by all who use this account through Lead Manager; we slow down before {label} has to ask.
      </p>
    </>
  );
}

function Limit({ limit }: { limit: Budget }) {
  const now = useNow();
  return (
    <li className="space-y-1 text-sm tabular-nums">
      <div className="flex justify-between gap-3">
        <span className="min-w-0">{limit.words}</span>
        <span className="shrink-0 text-muted">
          {count(Math.min(limit.used, limit.most ?? limit.used))}
          {limit.most != null ? ` of ${count(limit.most)}` : " used"}
        </span>
      </div>
      {limit.most != null && (
        <progress
          className="bar"
          aria-label={limit.words}
          max={limit.most}
          value={Math.min(limit.used, limit.most)}
        />
      )}
      {limit.waits_until && (
        <p className="text-warn text-xs">
          {limit.left === 0 ? "Used up; we go on at" : "We pace ourselves; the next call goes out at"}{" "}
          {clock(limit.waits_until, now)}.
        </p>
      )}
      {!limit.waits_until && limit.resets_at && limit.seconds > 3_600 && (
        <p className="text-muted text-xs">Begins anew at {clock(limit.resets_at, now)}.</p>
      )}
    </li>
  );
}

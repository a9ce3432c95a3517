import type { Budget, Connection, Sync } from "../../api/types";
import { clock } from "../../ui/format";
import type { Standing } from "../../ui/state-pill";

type State = Pick<Connection, "state">;
type Latest = Pick<Sync, "state" | "retry_at">;

/** Say in a few words how a connection is; `budget` says whether it waits for a limit, or for an answer. */
export function standingOf(
  connection: State,
  latest: Latest | undefined,
  budget: readonly Pick<Budget, "waits_until">[] | undefined,
  now: number,
): Standing {
  if (connection.state === "broken") return { tone: "bad", words: "Reconnect needed" };
  if (connection.state === "paused") return { tone: "info", words: "Paused" };
  if (connection.state === "removed") return { tone: "warn", words: "Disconnected" };
  switch (latest?.state) {
    case undefined:
    case "queued":
      return { tone: "info", words: "Queued" };
    case "running":
      return { tone: "info", words: "Syncing" };
    case "waiting":
      return { tone: "warn", words: waiting(latest, isLimited(budget), now) };
    case "succeeded":
      return { tone: "good", words: "Up to date" };
    case "failed":
      return { tone: "bad", words: "Last sync failed" };
    case "cancelled":
      return { tone: "warn", words: "Last sync called off" };
  }
}

/** Whether an account's limit keeps us from reading just now. */
export function isLimited(budget: readonly Pick<Budget, "waits_until">[] | undefined): boolean {
  return budget?.some((limit) => limit.waits_until) ?? false;
}

function waiting(latest: Latest, limited: boolean, now: number): string {
  const word = limited ? "Limited" : "Waiting";
  return latest.retry_at ? `${word} until ${clock(latest.retry_at, now)}` : word;
}

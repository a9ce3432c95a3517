import type { Connection, Sync } from "../../api/types";
import { cx } from "../../ui/class-names";

const TONES = {
  good: "bg-good-soft text-good",
  info: "bg-info-soft text-accent",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
} as const;

export interface Standing {
  tone: keyof typeof TONES;
  words: string;
}

/** Say in two words how a connection is. */
export function standingOf(
  connection: Pick<Connection, "state">,
  latest: Pick<Sync, "state"> | undefined,
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
      return { tone: "warn", words: "Waiting" };
    case "succeeded":
      return { tone: "good", words: "Up to date" };
    case "failed":
      return { tone: "bad", words: "Last sync failed" };
    case "cancelled":
      return { tone: "warn", words: "Last sync called off" };
  }
}

/** How a connection is, in its colour. */
export function StatePill(props: { connection: Connection; latest: Sync | undefined }) {
  const { tone, words } = standingOf(props.connection, props.latest);
  return (
    <span role="status" className={cx("rounded-full px-2 py-0.5 font-medium text-xs", TONES[tone])}>
      {words}
    </span>
  );
}

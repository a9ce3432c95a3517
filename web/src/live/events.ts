import type { Sync, SyncCounts } from "../api/types";

/** A run told how far it is, in one of the things it reads. */
export interface SyncProgress {
  connection_id: string;
  sync_id: string;
  mode: Sync["mode"];
  state: Sync["state"];
  stream: string | null;
  counts: SyncCounts;
  total: number | null;
  retry_at: string | null;
}

/** What `/events` says; each means "look at these again". */
export type LiveEvent =
  | { name: "ready" | "resync" }
  | {
      name: "golden_record.changed" | "golden_record.asked" | "golden_record.gone";
      items: { golden_id: string }[];
    }
  | { name: "golden_record.merged"; items: { golden_id: string; merged_id: string }[] }
  | { name: "golden_record.split"; items: { golden_id: string; split_id: string }[] }
  | { name: "sync.progressed"; items: SyncProgress[] }
  | { name: "action.ended"; items: { action_id: string; connection_id: string }[] }
  | { name: "proposal.ended"; items: { proposal_id: string }[] }
  | {
      name:
        | "connection.authorized"
        | "connection.paused"
        | "connection.resumed"
        | "connection.removed"
        | "connection.broken";
      items: { connection_id: string }[];
    };

const NAMES: ReadonlySet<string> = new Set<LiveEvent["name"]>([
  "ready",
  "resync",
  "golden_record.changed",
  "golden_record.asked",
  "golden_record.gone",
  "golden_record.merged",
  "golden_record.split",
  "sync.progressed",
  "action.ended",
  "proposal.ended",
  "connection.authorized",
  "connection.paused",
  "connection.resumed",
  "connection.removed",
  "connection.broken",
]);

/** Read one message of the stream; null for a name that this page does not know (yet). */
export function readEvent(name: string | undefined, data: string): LiveEvent | null {
  if (name === undefined || !NAMES.has(name)) return null;
  // Its own server wrote it, by the contract that these types repeat.
  return { name, ...JSON.parse(data) } as LiveEvent;
}

/** The ids that lists and details should look at again. */
export function goldenIdsOf(event: LiveEvent): string[] {
  switch (event.name) {
    case "golden_record.changed":
    case "golden_record.asked":
    case "golden_record.gone":
      return event.items.map((item) => item.golden_id);
    case "golden_record.merged":
      return event.items.flatMap((item) => [item.golden_id, item.merged_id]);
    case "golden_record.split":
      return event.items.flatMap((item) => [item.golden_id, item.split_id]);
    default:
      return [];
  }
}

/** The ids among them that are no more, or lead to another now. */
export function goneIdsOf(event: LiveEvent): string[] {
  switch (event.name) {
    case "golden_record.gone":
      return event.items.map((item) => item.golden_id);
    case "golden_record.merged":
      return event.items.map((item) => item.merged_id);
    default:
      return [];
  }
}

import type { Sync } from "../api/types";
import type { SyncProgress } from "./events";

/** Runs that are not over. */
export function isUnderWay(sync: Pick<Sync, "state">): boolean {
  return sync.state === "queued" || sync.state === "running" || sync.state === "waiting";
}

/** Put what a run told into the list of its connection's runs, newest first. */
export function withProgress(syncs: readonly Sync[], told: SyncProgress): Sync[] {
  const known = syncs.find((sync) => sync.id === told.sync_id) ?? begun(told);
  const sync: Sync = { ...known, state: told.state, retry_at: told.retry_at };
  if (told.stream !== null) {
    sync.counts = { ...known.counts, [told.stream]: told.counts };
    if (told.total !== null) sync.total = { ...known.total, [told.stream]: told.total };
  }
  const others = syncs.filter((other) => other.id !== told.sync_id);
  return syncs.includes(known) ? syncs.map((other) => (other === known ? sync : other)) : [sync, ...others];
}

function begun(told: SyncProgress): Sync {
  return {
    id: told.sync_id,
    connection_id: told.connection_id,
    mode: told.mode,
    state: told.state,
    counts: {},
    total: {},
    problems: {},
    coverage: [],
    started_at: new Date().toISOString(),
  };
}

export interface Tally {
  fetched: number;
  added: number;
  updated: number;
  gone: number;
  skipped: number;
}

/** Add up what a run did over everything it reads. */
export function tallyOf(sync: Sync): Tally {
  const counts = Object.values(sync.counts);
  const add = (name: "fetched" | "added" | "updated" | "gone" | "skipped") =>
    counts.reduce((sum, of) => sum + of[name], 0);
  return {
    fetched: add("fetched"),
    added: add("added"),
    updated: add("updated"),
    gone: add("gone"),
    skipped: add("skipped"),
  };
}

export interface Expected {
  fetched: number;
  total: number;
  /** Whether that is all, as far as anyone knows: what the provider does not count may take longer. */
  isAll: boolean;
}

/** How far a run is with what the provider counts; nothing where it counts none of it. */
export function expectedOf(sync: Pick<Sync, "counts" | "total">): Expected | null {
  const counted = Object.entries(sync.counts).filter(([stream]) => sync.total[stream] !== undefined);
  if (counted.length === 0) return null;
  const fetched = counted.reduce((sum, [, of]) => sum + of.fetched, 0);
  // While a provider's people add records, its first count falls behind.
  const total = counted.reduce((sum, [stream, of]) => sum + Math.max(sync.total[stream] ?? 0, of.fetched), 0);
  const isAll = Object.keys(sync.counts).length === counted.length;
  return { fetched, total, isAll };
}

import { describe, expect, it } from "vitest";
import type { Sync, SyncCounts } from "../api/types";
import type { SyncProgress } from "./events";
import { expectedOf, tallyOf, withProgress } from "./progress";

function counted(some: Partial<SyncCounts>): SyncCounts {
  return { fetched: 0, added: 0, updated: 0, unchanged: 0, gone: 0, skipped: 0, ...some };
}

function run(changes: Partial<Sync> = {}): Sync {
  return {
    id: "s1",
    connection_id: "c1",
    mode: "first",
    state: "running",
    counts: {},
    total: {},
    coverage: [],
    started_at: "2026-01-01T00:00:00Z",
    ...changes,
  };
}

function told(changes: Partial<SyncProgress> = {}): SyncProgress {
  return {
    connection_id: "c1",
    sync_id: "s1",
    mode: "first",
    state: "running",
    stream: "contacts",
    counts: counted({ fetched: 100, added: 100 }),
    total: 400,
    retry_at: null,
    ...changes,
  };
}

describe("withProgress", () => {
  it("moves a known run on, and leaves what else it reads alone", () => {
    const known = run({ counts: { deals: counted({ fetched: 7 }) }, total: { deals: 9 } });

    const [sync] = withProgress([known], told());

    expect(sync?.counts).toEqual({
      deals: counted({ fetched: 7 }),
      contacts: counted({ fetched: 100, added: 100 }),
    });
    expect(sync?.total).toEqual({ deals: 9, contacts: 400 });
    expect(known.counts).toEqual({ deals: counted({ fetched: 7 }) });
  });

  it("puts a run that it hears of first before the others", () => {
    const syncs = withProgress([run({ id: "older", state: "succeeded" })], told({ sync_id: "newer" }));

    expect(syncs.map((sync) => sync.id)).toEqual(["newer", "older"]);
  });

  it("keeps the order when an older run tells something", () => {
    const syncs = withProgress([run({ id: "newer" }), run({ id: "s1" })], told({ state: "succeeded" }));

    expect(syncs.map((sync) => [sync.id, sync.state])).toEqual([
      ["newer", "running"],
      ["s1", "succeeded"],
    ]);
  });

  it("takes a change of state that is about no stream", () => {
    const [sync] = withProgress(
      [run()],
      told({ stream: null, state: "waiting", retry_at: "2026-01-01T00:05:00Z" }),
    );

    expect(sync).toMatchObject({ state: "waiting", retry_at: "2026-01-01T00:05:00Z", counts: {}, total: {} });
  });
});

describe("tallyOf", () => {
  it("adds up everything that is read", () => {
    const counts = {
      contacts: counted({ fetched: 10, added: 4, skipped: 1 }),
      deals: counted({ fetched: 5, updated: 2, gone: 1 }),
    };

    expect(tallyOf(run({ counts }))).toEqual({
      fetched: 15,
      added: 4,
      updated: 2,
      gone: 1,
      skipped: 1,
    });
  });
});

describe("expectedOf", () => {
  const counts = { contacts: counted({ fetched: 30 }), deals: counted({ fetched: 5 }) };

  it.each([
    ["every count", { contacts: 40, deals: 10 }, { fetched: 35, total: 50, isAll: true }],
    ["a count that fell behind", { contacts: 20, deals: 10 }, { fetched: 35, total: 40, isAll: true }],
    ["some counts", { contacts: 40 }, { fetched: 30, total: 40, isAll: false }],
    ["no count", {}, null],
  ])("with %s of the provider, tells how far that is", (_, total, expected) => {
    expect(expectedOf(run({ counts, total }))).toEqual(expected);
  });
});

// @vitest-environment jsdom
import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { proposalsKey } from "../api/assistant";
import { syncsKey } from "../api/connections";
import { contactKey } from "../api/queries";
import type { Sync } from "../api/types";
import { Freshness } from "./freshness";

const NONE = { fetched: 0, added: 0, updated: 0, unchanged: 0, gone: 0, skipped: 0 };

let client: QueryClient;
let freshness: Freshness;

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient();
  freshness = new Freshness(client);
});

afterEach(() => {
  freshness.stop();
  client.clear();
  vi.useRealTimers();
});

function isStale(...key: readonly string[]): boolean | undefined {
  return client.getQueryState(key)?.isInvalidated;
}

it("looks again at the contacts that changed, once for a burst, and at no others", () => {
  for (const id of ["g1", "g2"]) client.setQueryData(contactKey(id), {});
  client.setQueryData([...contactKey("g1"), "timeline"], {});
  const invalidations = vi.spyOn(client, "invalidateQueries");

  for (let times = 0; times < 50; times += 1) {
    freshness.hear({ name: "golden_record.changed", items: [{ golden_id: "g1" }, { golden_id: "unseen" }] });
  }
  vi.advanceTimersByTime(1_000);

  expect(isStale("contact", "g1")).toBe(true);
  expect(isStale("contact", "g1", "timeline")).toBe(true);
  expect(isStale("contact", "g2")).toBe(false);
  expect(invalidations).toHaveBeenCalledTimes(1);
});

it("shows a run's progress at once, and asks how it ended", () => {
  client.setQueryData<Sync[]>(syncsKey("c1"), []);
  const told = {
    connection_id: "c1",
    sync_id: "s1",
    mode: "first",
    stream: "contacts",
    total: 9,
    retry_at: null,
  } as const;

  freshness.hear({
    name: "sync.progressed",
    items: [{ ...told, state: "running", counts: { ...NONE, fetched: 3 } }],
  });
  vi.advanceTimersByTime(1_000);
  expect(client.getQueryData<Sync[]>(syncsKey("c1"))?.[0]?.counts).toMatchObject({
    contacts: { fetched: 3 },
  });
  expect(isStale("syncs", "c1")).toBe(false);

  freshness.hear({
    name: "sync.progressed",
    items: [{ ...told, state: "succeeded", counts: { ...NONE, fetched: 9 } }],
  });
  vi.advanceTimersByTime(1_000);
  expect(isStale("syncs", "c1")).toBe(true);
});

it.each(["ready", "resync"] as const)(
  "looks at everything after %s, but leaves the list to itself",
  (name) => {
    for (const key of [
      ["connections"],
      ["syncs", "c1"],
      ["contact", "g1"],
      ["contact-count"],
      ["contacts", {}],
    ]) {
      client.setQueryData(key, []);
    }

    freshness.hear({ name });
    vi.advanceTimersByTime(1_000);

    expect([
      isStale("connections"),
      isStale("syncs", "c1"),
      isStale("contact", "g1"),
      isStale("contact-count"),
    ]).toEqual([true, true, true, true]);
    expect(client.getQueryState(["contacts", {}])?.isInvalidated).toBe(false);
  },
);

it("looks again at proposals when one came to its end", () => {
  client.setQueryData([...proposalsKey, "running"], []);

  freshness.hear({ name: "proposal.ended", items: [{ proposal_id: "p1" }] });
  vi.advanceTimersByTime(1_000);

  expect(isStale("proposals", "running")).toBe(true);
});

it("forgets what is waiting when it stops", () => {
  client.setQueryData(["connections"], []);

  freshness.hear({ name: "connection.removed", items: [{ connection_id: "c1" }] });
  freshness.stop();
  vi.advanceTimersByTime(5_000);

  expect(isStale("connections")).toBe(false);
});

import { expect, it } from "vitest";
import { standingOf } from "./standing";

const NOW = new Date(2026, 10, 27, 9, 0).getTime();
const LATER = new Date(2026, 10, 27, 14, 5).toISOString();
const TOMORROW = new Date(2026, 10, 28, 0, 0).toISOString();

it.each([
  ["broken", "succeeded", "Reconnect needed"],
  ["paused", "cancelled", "Paused"],
  ["removed", "succeeded", "Disconnected"],
  ["active", undefined, "Queued"],
  ["active", "queued", "Queued"],
  ["active", "running", "Syncing"],
  ["active", "waiting", "Waiting"],
  ["active", "succeeded", "Up to date"],
  ["active", "failed", "Last sync failed"],
  ["active", "cancelled", "Last sync called off"],
] as const)("a connection that is %s and whose sync %s is: %s", (state, sync, words) => {
  expect(standingOf({ state }, sync && { state: sync }, undefined, NOW).words).toBe(words);
});

it.each([
  ["a limit", LATER, [{ waits_until: LATER }], "Limited until 14:05"],
  [
    "a limit of the day",
    TOMORROW,
    [{ waits_until: null }, { waits_until: TOMORROW }],
    "Limited until Nov 28, 00:00",
  ],
  ["an answer", LATER, [{ waits_until: null }], "Waiting until 14:05"],
])("who waits for %s is told until when", (_, retry_at, budget, words) => {
  expect(standingOf({ state: "active" }, { state: "waiting", retry_at }, budget, NOW).words).toBe(words);
});

import { expect, test } from "vitest";
import { isNarrowed, providersOf } from "./timeline-filter";

test("each provider is offered once", () => {
  const record = { connection_id: "c", provider_id: "1", first_seen_at: "2026-01-01T00:00:00Z" };
  const sources = ["zendesk", "hubspot", "zendesk"].map((provider) => ({ ...record, provider }));
  expect(providersOf({ sources })).toEqual(["hubspot", "zendesk"]);
});

test("a timeline is narrowed as soon as one thing is asked for", () => {
  expect(isNarrowed({})).toBe(false);
  expect(isNarrowed({ kind: undefined, source: "zendesk" })).toBe(true);
  expect(isNarrowed({ kind: "deal" })).toBe(true);
});

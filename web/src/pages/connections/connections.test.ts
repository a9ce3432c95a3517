// @vitest-environment jsdom
import { expect, it } from "vitest";
import { standingOf } from "./state-pill";
import { asksNothing, isUsable } from "./ways-in";

const ASKED = {
  name: "subdomain",
  title: "Subdomain",
  description: "",
  kind: "text",
  required: true,
  is_account_id: true,
} as const;

const FILE = { path: "/connections/acme", endings: [".acme"], options: {} };

it.each([
  ["broken", "succeeded", "Reconnect needed"],
  ["paused", "cancelled", "Paused"],
  ["active", undefined, "Queued"],
  ["active", "running", "Syncing"],
  ["active", "waiting", "Waiting"],
  ["active", "succeeded", "Up to date"],
  ["active", "failed", "Last sync failed"],
] as const)("a connection that is %s and whose sync %s is: %s", (state, sync, words) => {
  expect(standingOf({ state }, sync && { state: sync }).words).toBe(words);
});

it.each([
  [{ consent: true, asks: [], credentials: [] }, true, true],
  [{ consent: true, asks: [ASKED], credentials: [] }, true, false],
  [{ consent: true, asks: [], credentials: [ASKED] }, true, false],
  [{ consent: false, asks: [ASKED], credentials: [ASKED] }, true, false],
  [{ consent: false, asks: [ASKED], credentials: [] }, false, false],
  [{ consent: false, asks: [], credentials: [], file: FILE }, true, false],
])("%j: usable %j, without a word before %j", (ways, usable, silent) => {
  const provider = { name: "acme", label: "Acme", says: "", ...ways };

  expect([isUsable(provider), asksNothing(provider)]).toEqual([usable, silent]);
});

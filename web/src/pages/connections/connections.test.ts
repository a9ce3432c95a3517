// @vitest-environment jsdom
import { expect, it } from "vitest";
import { standingOf } from "./state-pill";
import { subdomainIn } from "./zendesk-dialog";

it.each([
  ["acme", "acme"],
  ["  Acme ", "acme"],
  ["acme.zendesk.com", "acme"],
  ["https://acme.zendesk.com/", "acme"],
  ["evil.example/", "evil.example/"],
])("takes the subdomain out of %j", (typed, subdomain) => {
  expect(subdomainIn(typed)).toBe(subdomain);
});

it.each([
  ["broken", "succeeded", "Reconnect needed"],
  ["active", undefined, "Queued"],
  ["active", "running", "Syncing"],
  ["active", "waiting", "Waiting"],
  ["active", "succeeded", "Up to date"],
  ["active", "failed", "Last sync failed"],
] as const)("a connection that is %s and whose sync %s is: %s", (state, sync, words) => {
  expect(standingOf({ state }, sync && { state: sync }).words).toBe(words);
});

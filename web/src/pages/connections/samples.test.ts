import { expect, it } from "vitest";
import { nextSample } from "./samples";

const PROVIDERS = [
  { name: "hubspot", sample: {} },
  { name: "pipedrive", sample: null },
  { name: "zendesk", sample: { subdomain: "acme" } },
];

it.each([
  [[], "hubspot", 1],
  [["hubspot"], "zendesk", 2],
  [["zendesk"], "hubspot", 1],
])("with %j connected the next sample is %s", (connected, name, place) => {
  const next = nextSample(
    PROVIDERS,
    connected.map((provider) => ({ provider })),
  );

  expect([next?.provider.name, next?.place, next?.of]).toEqual([name, place, 2]);
});

it("ends when all are connected, and does not begin where there are none", () => {
  expect(nextSample(PROVIDERS, [{ provider: "hubspot" }, { provider: "zendesk" }])).toBeNull();
  expect(nextSample([{ name: "hubspot", sample: null }], [])).toBeNull();
});

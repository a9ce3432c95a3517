// @vitest-environment jsdom
import { expect, it } from "vitest";
import { asksNothing, isUsable } from "./ways-in";

const ASKED = {
  name: "subdomain",
  title: "Subdomain",
  description: "",
  kind: "text",
  required: true,
  is_account_id: true,
} as const;

it.each([
  [{ consent: true, asks: [], credentials: [] }, true, true],
  [{ consent: true, asks: [ASKED], credentials: [] }, true, false],
  [{ consent: true, asks: [], credentials: [ASKED] }, true, false],
  [{ consent: false, asks: [ASKED], credentials: [ASKED] }, true, false],
  [{ consent: false, asks: [ASKED], credentials: [] }, false, false],
])("%j: usable %j, without a word before %j", (ways, usable, silent) => {
  const provider = { name: "acme", ...ways };

  expect([isUsable(provider), asksNothing(provider)]).toEqual([usable, silent]);
});

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

const FILE = { path: "/connections/acme", endings: [".acme"], options: {} };

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

import { expect, test } from "vitest";
import type { Interaction } from "../../api/types";
import { choicesOf, isShown } from "./timeline-filter";

const DEAL: Interaction = { connection_id: "c", provider: "pipedrive", provider_id: "1", kind: "deal" };

test("an entry is shown if it is of the kind and of the source that were chosen", () => {
  expect(isShown(DEAL, {})).toBe(true);
  expect(isShown(DEAL, { kind: "deal", provider: "pipedrive" })).toBe(true);
  expect(isShown(DEAL, { kind: "deal", provider: "hubspot" })).toBe(false);
  expect(isShown(DEAL, { kind: "ticket" })).toBe(false);
});

test("each choice is offered once", () => {
  expect(choicesOf(["note", "deal", "note"])).toEqual(["deal", "note"]);
});

import { expect, test } from "vitest";
import type { HistoryEntry } from "../../api/types";
import { isUndoable, reasonsOf, titleOf, whoOf } from "./entry-words";

const named = (provider_id: string) => ({ connection_id: "c", provider: "hubspot", provider_id });

const JOINED: HistoryEntry = {
  number: 7,
  kind: "joined",
  happened_at: "2026-01-01T00:00:00Z",
  id: "g",
  sides: [
    { id: "g", sources: [named("1"), named("2")] },
    { id: "h", sources: [named("3")] },
  ],
  edges: [],
  undoes: [],
};

test("a reason that holds many records together is said once", () => {
  const edge = { rule: "email", value: "email:ann@acme.test", strength: 200 };
  expect(reasonsOf({ ...JOINED, edges: [edge, edge] })).toBe("the email ann@acme.test");
});

test("what people said is a reason without a number", () => {
  const edge = { rule: "decided_same", value: "2", strength: 10_000 };
  expect(reasonsOf({ ...JOINED, edges: [edge] })).toBe("what somebody said");
  expect(reasonsOf({ ...JOINED, by: "me", edges: [edge] })).toBe("");
});

test("records that are alike joined for all they have in common", () => {
  const edge = { rule: "alike", value: "", strength: 120 };
  expect(reasonsOf({ ...JOINED, edges: [edge] })).toBe("all that they have in common");
});

test("what happened and whose word it was is said in words", () => {
  expect(titleOf(JOINED)).toBe("3 records joined");
  expect(titleOf({ ...JOINED, kind: "pinned", field: "job_title", value: "CTO" })).toBe(
    "Job title set to “CTO”",
  );
  expect(whoOf({ by: null }, "me")).toBe("By the rules");
  expect(whoOf({ by: "me" }, "me")).toBe("By you");
  expect(whoOf({ by: "another" }, "me")).toBe("By another member");
});

test("what was undone cannot be undone again", () => {
  expect(isUndoable(JOINED)).toBe(true);
  expect(isUndoable({ ...JOINED, undone_by: 9 })).toBe(false);
  expect(isUndoable({ ...JOINED, undoes: [3] })).toBe(false);
});

import { expect, it } from "vitest";
import type { Action } from "../../api/types";
import { actionWords, bodyOf, changesOf, outcomeOf, recordOf } from "./action-words";

const NOW = new Date(2026, 10, 27, 9, 0).getTime();
const UPDATE = {
  kind: "update_contact",
  contact_id: "1",
  changes: { email: "ada@example.com", phone: null },
  expected: { email: "a@example.com", phone: "+49 1" },
} as const;

it.each<[Action["action"], string, string | null]>([
  [
    { kind: "create_contact", contact: { first_name: "Ada", email: "a@b.c" } },
    "New contact Ada",
    "Ada · a@b.c",
  ],
  [UPDATE, "Contact changed", null],
  [{ kind: "add_note", contact_id: "1", body: "Calls back" }, "Note on a contact", "Calls back"],
  [{ kind: "send_email", contact_id: "1", subject: "Hello", body: "Dear" }, "Message: Hello", "Dear"],
])("%j is told as %j", (action, title, body) => {
  expect([actionWords({ action }), bodyOf({ action })]).toEqual([title, body]);
});

const MEETING = {
  kind: "schedule_meeting",
  contact_id: "1",
  title: "Hello",
  starts_at: "2026-11-27T09:00:00Z",
  ends_at: "2026-11-27T10:00:00Z",
} as const;

it("does not call a message or a meeting what nobody hears of", () => {
  const email = { kind: "send_email", contact_id: "1", subject: "Hello", body: "Dear" } as const;
  const logging = [email, MEETING].map(({ kind }) => ({ kind, only_noted: true }));

  expect(actionWords({ action: email }, logging)).toBe("Email logged: Hello");
  expect(actionWords({ action: MEETING }, logging)).toBe("Meeting logged: Hello");
  expect(actionWords({ action: MEETING }, [{ kind: "send_email", only_noted: true }])).toBe("Meeting: Hello");
  expect(actionWords({ action: email }, [{ kind: "send_email", only_noted: false }])).toBe("Message: Hello");
});

it("knows whose record is written, also of a contact that is new", () => {
  const made = { kind: "create_contact", contact: { email: "a@b.c" } } as const;

  expect(recordOf({ action: UPDATE, records: [] })).toBe("1");
  expect(recordOf({ action: made, records: [{ provider_id: "7", kind: null }] })).toBe("7");
  expect(recordOf({ action: made, records: [] })).toBeUndefined();
});

it("tells what a change replaces, and what it takes away", () => {
  expect(changesOf({ action: UPDATE })).toEqual([
    { field: "Email", before: "a@example.com", after: "ada@example.com" },
    { field: "Phone", before: "+49 1", after: null },
  ]);
});

it.each([
  [{ state: "queued" }, "On its way"],
  [{ state: "queued", retry_at: new Date(2026, 10, 27, 9, 30).toISOString() }, "Tried again at 09:30"],
  [{ state: "succeeded" }, "Done"],
  [{ state: "succeeded", undone_by: "2" }, "Undone"],
  [{ state: "failed" }, "Not done"],
  [{ state: "conflict" }, "Not done: changed meanwhile"],
] as const)("what came of %j is: %s", (action, words) => {
  expect(outcomeOf(action, NOW).words).toBe(words);
});

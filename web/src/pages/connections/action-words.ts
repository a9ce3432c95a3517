import type { Action, PossibleAction } from "../../api/types";
import { clock, exactly, inWords, nameOf } from "../../ui/format";

/** What an action does, in a line; `possible` is what its account does with each kind, as far as it is known. */
export function actionWords(
  { action, undoes }: Pick<Action, "action" | "undoes">,
  possible: readonly Pick<PossibleAction, "kind" | "only_noted">[] = [],
): string {
  const isOnlyNoted = possible.some(({ kind, only_noted }) => kind === action.kind && only_noted);
  switch (action.kind) {
    case "create_contact":
      return `New contact ${nameOf(action.contact)}`;
    case "update_contact":
      return undoes ? "A change taken back" : "Contact changed";
    case "add_note":
      return action.ticket_id ? "Note on a ticket" : "Note on a contact";
    case "send_email":
      return `${isOnlyNoted ? "Email logged" : "Message"}: ${action.subject}`;
    case "schedule_meeting":
      return `${isOnlyNoted ? "Meeting logged" : "Meeting"}: ${action.title}`;
  }
}

/** Whether some account only keeps such a thing, and nobody hears of it. */
export function canBeOnlyNoted({ action: { kind } }: Pick<Action, "action">): boolean {
  return kind === "send_email" || kind === "schedule_meeting";
}

/** The contact's record that an action writes, or wrote, or writes about; nothing as long as it is not there. */
export function recordOf({ action, records }: Pick<Action, "action" | "records">): string | undefined {
  if (action.kind !== "create_contact") return action.contact_id;
  return records?.find(({ kind }) => !kind)?.provider_id;
}

export interface Change {
  field: string;
  before: string | null;
  after: string | null;
}

/** What an action writes field by field, beside what was there. */
export function changesOf({ action }: Pick<Action, "action">): Change[] {
  if (action.kind !== "update_contact") return [];
  const expected = new Map(Object.entries(action.expected));
  return Object.entries(action.changes).map(([field, after]) => ({
    field: inWords(field),
    before: expected.get(field) ?? null,
    after: after ?? null,
  }));
}

/** The words that an action writes. */
export function bodyOf({ action }: Pick<Action, "action">): string | null {
  switch (action.kind) {
    case "create_contact":
      return Object.values(action.contact).filter(Boolean).join(" · ");
    case "update_contact":
      return null;
    case "add_note":
    case "send_email":
      return action.body;
    case "schedule_meeting":
      return [exactly(action.starts_at), action.location, action.body].filter(Boolean).join(" · ");
  }
}

export interface Outcome {
  tone: "good" | "info" | "warn" | "bad";
  words: string;
}

/** What came of an action, in a few words. */
export function outcomeOf(
  { state, retry_at, undone_by }: Pick<Action, "state" | "retry_at" | "undone_by">,
  now: number,
): Outcome {
  switch (state) {
    case "queued":
    case "running":
      return { tone: "info", words: retry_at ? `Tried again at ${clock(retry_at, now)}` : "On its way" };
    case "succeeded":
      return undone_by ? { tone: "info", words: "Undone" } : { tone: "good", words: "Done" };
    case "failed":
      return { tone: "bad", words: "Not done" };
    case "conflict":
      return { tone: "warn", words: "Not done: changed meanwhile" };
  }
}

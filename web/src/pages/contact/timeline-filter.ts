import type { TimelineFilter } from "../../api/queries";
import type { ContactDetail, Interaction } from "../../api/types";

/** All that can happen with a person, as people look for it. */
export const KINDS: readonly Interaction["kind"][] = [
  "deal",
  "ticket",
  "comment",
  "note",
  "email",
  "meeting",
  "call",
  "task",
  "activity",
];

/** The providers that told of a person, each once, in the order of the alphabet. */
export function providersOf({ sources }: Pick<ContactDetail, "sources">): string[] {
  return [...new Set(sources.map(({ provider }) => provider))].sort();
}

/** Whether only some of what happened is asked for. */
export function isNarrowed({ kind, source }: TimelineFilter): boolean {
  return kind !== undefined || source !== undefined;
}

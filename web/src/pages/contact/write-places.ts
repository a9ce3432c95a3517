import type { Action, ContactDetail, PossibleAction, Source } from "../../api/types";

/** A record in which a field can be written from here, and what it says now. */
export interface WritePlace {
  source: Source;
  before: string | null;
}

/** The records of a contact in which a field can be written; `possible` tells what each connection can do. */
export function writePlaces(
  { sources, lineage }: Pick<ContactDetail, "sources" | "lineage">,
  field: string,
  possible: ReadonlyMap<string, readonly PossibleAction[]>,
): WritePlace[] {
  const told = lineage[field];
  // What was set by hand hangs on a record that may say something else: its own word comes first.
  const values = told ? [...(told.losers ?? []), told.chosen] : [];
  return sources
    .filter(({ connection_id }) => canUpdate(possible.get(connection_id), field))
    .map((source) => ({
      source,
      before: values.find((value) => isOf(value, source))?.value ?? null,
    }));
}

/** What has a field of a record say something else, as long as it says what was seen. */
export function updateOf(field: string, { source, before }: WritePlace, value: string): Action["action"] {
  return {
    kind: "update_contact",
    contact_id: source.provider_id,
    changes: { [field]: value },
    expected: { [field]: before },
  };
}

function canUpdate(possible: readonly PossibleAction[] | undefined, field: string): boolean {
  const update = possible?.find(({ kind }) => kind === "update_contact");
  return (update?.fields?.includes(field) ?? false) && (update?.lacks ?? []).length === 0;
}

function isOf(value: { connection_id: string; provider_id: string }, source: Source): boolean {
  return value.connection_id === source.connection_id && value.provider_id === source.provider_id;
}

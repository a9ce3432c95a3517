import type { ContactDetail } from "../../api/types";

/** What can be known of a person, in the order in which it is shown. */
const KNOWN_FIELDS = [
  "email",
  "phone",
  "job_title",
  "company",
  "owner",
  "street",
  "city",
  "postal_code",
  "region",
  "country",
  "birth_date",
  "first_name",
  "last_name",
] as const;

/** The fields that hold something, in their order; any that this page does not know come last. */
export function filledFields({ lineage }: Pick<ContactDetail, "lineage">): string[] {
  // The address of the chosen record is one of several, and all of them are among the sources.
  const names = Object.keys(lineage).filter((name) => name !== "url");
  return names.sort((one, other) => place(one) - place(other));
}

/** The fields of which no source says anything. */
export function emptyFields({ lineage }: Pick<ContactDetail, "lineage">): string[] {
  return KNOWN_FIELDS.filter((name) => lineage[name] === undefined);
}

function place(name: string): number {
  const index = KNOWN_FIELDS.findIndex((known) => known === name);
  return index === -1 ? KNOWN_FIELDS.length : index;
}

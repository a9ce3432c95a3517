import { readFilter } from "./api/filter";
import type { ContactFilter } from "./api/queries";
import type { Sort } from "./api/types";

export const DEFAULT_SORT: Sort = "-updated_at";

const SORTS: readonly Sort[] = [
  "-updated_at",
  "updated_at",
  "-created_at",
  "created_at",
  "name",
  "-name",
  "email",
  "-email",
  "company",
  "-company",
  "-last_interaction_at",
  "last_interaction_at",
];
const LONGEST = 200;

/** Read a text from the address, which anyone may have written. */
export function optionalText(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text !== "" ? text.slice(0, LONGEST) : undefined;
}

/** Read an order; the default one is left out of the address. */
export function sortOf(value: unknown): Sort | undefined {
  return SORTS.find((sort) => sort === value && sort !== DEFAULT_SORT);
}

/** What the address of the list of contacts says: what is looked for, and what is open. */
export interface ContactsSearch extends ContactFilter {
  /** The saved view that this was to begin with. */
  view?: string | undefined;
  /** The contact that is open beside the list. */
  contact?: string | undefined;
}

/** Read the address of the list of contacts. */
export function contactsSearch(search: Record<string, unknown>): ContactsSearch {
  return {
    q: optionalText(search["q"]),
    filter: readFilter(search["filter"]),
    sort: sortOf(search["sort"]),
    view: optionalId(search["view"]),
    contact: optionalId(search["contact"]),
  };
}

/** Read an id from the address. */
export function optionalId(value: unknown): string | undefined {
  return typeof value === "string" && /^[0-9a-f-]{36}$/.test(value) ? value : undefined;
}

/** Read where to go after signing in: a path of this page, never another site. */
export function localPath(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?![/\\])[^\s\\]*$/.test(value) ? value : undefined;
}

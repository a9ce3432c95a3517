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

/** Read where to go after signing in: a path of this page, never another site. */
export function localPath(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?![/\\])[^\s\\]*$/.test(value) ? value : undefined;
}

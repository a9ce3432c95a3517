import type { ContactsSearch } from "../../search-params";

let left: ContactsSearch = {};

/** The list of contacts as it was left: the way back leads there, and not to a list of everybody. */
export function listLeft(): ContactsSearch {
  return left;
}

/** Remember how the list is, for when it is left; who is open beside it does not come back with it. */
export function keepList(search: ContactsSearch): void {
  left = { ...search, contact: undefined };
}

/** Forget it, as when somebody else signs in. */
export function clearList(): void {
  left = {};
}

import { hashKey } from "@tanstack/react-query";
import { readFilter } from "../../../api/filter";
import type { ContactFilter } from "../../../api/queries";
import type { NewView, SavedView, ViewColumn } from "../../../api/types";
import { type ContactsSearch, DEFAULT_SORT, optionalText, sortOf } from "../../../search-params";
import { type Layout, layoutOf, viewColumns } from "../columns/columns";

export type ViewContents = Required<Omit<NewView, "name" | "columns">> & { columns: ViewColumn[] };

/** What a view keeps of the list as it is. */
export function contentsOf({ q, filter, sort }: ContactFilter, layout: Layout): ViewContents {
  return {
    q: q ?? null,
    filter: filter ? { ...filter } : null,
    sort: sort ?? DEFAULT_SORT,
    columns: viewColumns(layout),
  };
}

/** The address of a view. */
export function searchOf(view: SavedView): ContactsSearch {
  return {
    q: optionalText(view.q),
    filter: readFilter(view.filter),
    sort: sortOf(view.sort),
    view: view.id,
    contact: undefined,
  };
}

/** Whether the list is no longer what its view keeps. */
export function isChanged(view: SavedView, now: ViewContents): boolean {
  const kept = [view.q ?? null, view.filter ?? null, view.sort];
  const shown = [now.q, now.filter, now.sort];
  // A view that names no columns leaves them to whoever looks.
  const layout = layoutOf(view.columns);
  const isOther = layout !== undefined && hashKey(viewColumns(layout)) !== hashKey(now.columns);
  return isOther || hashKey(kept) !== hashKey(shown);
}

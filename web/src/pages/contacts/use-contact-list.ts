import { hashKey, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useMemo, useRef } from "react";
import { type ContactFilter, contactCountQuery, contactsQuery } from "../../api/queries";
import { rowsOf } from "./rows";
import { useSelection } from "./selection/use-selection";
import { useLiveRows } from "./use-live-rows";

/** The list that a filter leaves: its rows, how many there are, what became of them since, and who is selected. */
export function useContactList(filter: ContactFilter) {
  const query = contactsQuery(filter);
  const contacts = useInfiniteQuery({ ...query, placeholderData: (before) => before });
  const everybody = useQuery(contactCountQuery);
  const live = useLiveRows(query.queryKey);
  const rows = useMemo(() => rowsOf(contacts.data), [contacts.data]);
  const order = useMemo(() => rows.map(({ id }) => id), [rows]);
  const selecting = useSelection(query.queryKey, order);
  const selected = useMemo(
    () => rows.filter(({ id }) => selecting.selection.ids.has(id)),
    [rows, selecting.selection],
  );
  const scroller = useRef<HTMLDivElement>(null);
  useFromTheTop(scroller, hashKey(query.queryKey));

  const isNarrowed = Boolean(filter.q || filter.filter);
  const [first] = contacts.data?.pages ?? [];
  const found = first?.total ?? undefined;
  return {
    contacts,
    live,
    rows,
    order,
    selecting,
    selected,
    scroller,
    first,
    /** As many as there are; of what is found, as many as somebody counted. */
    total: isNarrowed ? found : (everybody.data ?? found),
    isTotalExact: !isNarrowed || first?.total_is_exact !== false,
    /** How many more there are than when the list was read; nobody keeps counting what is found. */
    more: isNarrowed ? 0 : (everybody.data ?? 0) - (found ?? 0),
    // Asking for more while the list is asked for anew would call that off.
    hasMore: contacts.hasNextPage && !contacts.isFetching && !contacts.isFetchNextPageError,
    // When all is gone, as after an erasure, there is nothing to leave standing.
    isNobody: !contacts.isPending && (rows.length === 0 || everybody.data === 0),
  };
}

export type ContactList = ReturnType<typeof useContactList>;

/** Begin another list at its top; one that is come back to stays where it was left. */
function useFromTheTop(scroller: RefObject<HTMLElement | null>, list: string): void {
  const before = useRef(list);
  useEffect(() => {
    if (before.current !== list) scroller.current?.scrollTo({ top: 0 });
    before.current = list;
  }, [scroller, list]);
}

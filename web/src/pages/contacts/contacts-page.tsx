import { hashKey, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import {
  lazy,
  type RefObject,
  Suspense,
  useCallback,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
} from "react";
import { type ContactFilter, contactCountQuery, contactsQuery } from "../../api/queries";
import type { ContactPage, User } from "../../api/types";
import { useUser } from "../../api/use-session";
import { Failure } from "../../ui/failure";
import { count } from "../../ui/format";
import { isCovered, isTyping } from "../../ui/typing";
import { useIsPhone } from "../../ui/use-media";
import { useTitle } from "../../ui/use-title";
import { MoreRows } from "./more-rows";
import { News } from "./news";
import { NoContacts } from "./no-contacts";
import { rowsOf } from "./rows";
import { BulkBar } from "./selection/bulk-bar";
import { useSelection } from "./selection/use-selection";
import { ContactTable } from "./table/contact-table";
import { Toolbar } from "./toolbar";
import { useLiveRows } from "./use-live-rows";
import { useView } from "./views/use-view";
import { ViewMenu } from "./views/view-menu";

const SidePanel = lazy(() => import("./side-panel").then((module) => ({ default: module.SidePanel })));

/** Everybody: the golden records, to search, to sort, to open. */
export function ContactsPage() {
  useTitle("Contacts");
  const user = useUser();
  return user && <Contacts user={user} />;
}

function Contacts({ user }: { user: User }) {
  const search = useSearch({ from: "/member/contacts" });
  const navigate = useNavigate({ from: "/contacts" });
  const filter: ContactFilter = { q: search.q, filter: search.filter, sort: search.sort };
  const query = contactsQuery(filter);
  const contacts = useInfiniteQuery({ ...query, placeholderData: (before) => before });
  const everybody = useQuery(contactCountQuery);
  const { stale, gone, showNews } = useLiveRows(query.queryKey);
  const view = useView(search, user.id);
  const isPhone = useIsPhone();
  const rows = useMemo(() => rowsOf(contacts.data), [contacts.data]);
  const order = useMemo(() => rows.map(({ id }) => id), [rows]);
  const { selection, choose, chooseAll, clear } = useSelection(query.queryKey, order);
  const scroller = useRef<HTMLDivElement>(null);
  useFromTheTop(scroller, hashKey(query.queryKey));
  const chosen = useMemo(() => rows.filter(({ id }) => selection.ids.has(id)), [rows, selection]);

  const open = useCallback(
    (id: string | undefined) =>
      void navigate({
        search: (before) => ({ ...before, contact: id }),
        // Going on to the next is no step to come back to; opening is.
        replace: search.contact !== undefined && id !== undefined,
        resetScroll: false,
      }),
    [navigate, search.contact],
  );

  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Escape" && search.contact === undefined && !isTyping(event.target) && !isCovered())
      clear();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const isNarrowed = Boolean(filter.q || filter.filter);
  const [first] = contacts.data?.pages ?? [];
  const total = isNarrowed ? (first?.total ?? undefined) : (everybody.data ?? first?.total ?? undefined);
  const more = isNarrowed ? 0 : (everybody.data ?? 0) - (first?.total ?? 0);
  // Asking for more while the list is asked for anew would call that off.
  const isEndOpen = contacts.hasNextPage && !contacts.isFetching && !contacts.isFetchNextPageError;
  // When all is gone, as after an erasure, there is nothing to leave standing.
  const isNobody = !contacts.isPending && (rows.length === 0 || everybody.data === 0);

  return (
    <div className="@container relative flex h-[calc(100dvh-3rem)] overflow-hidden md:h-dvh">
      <div className="@container/list relative flex min-w-0 flex-1 flex-col">
        <div className="shrink-0 border-b px-4 pt-3 pb-2 md:px-5">
          <div className="mb-2 flex h-8 min-w-0 items-center gap-2">
            <h1 className="font-semibold text-base">Contacts</h1>
            <Total total={total} page={isNarrowed ? first : undefined} />
            <ViewMenu state={view} />
          </div>
          <Toolbar filter={filter} view={view} />
        </div>
        <Near page={first} />
        {contacts.isError && rows.length === 0 ? (
          <div className="p-6">
            <Failure error={contacts.error} retry={contacts.refetch} />
          </div>
        ) : isNobody ? (
          <div className="min-h-0 flex-1 overflow-y-auto">
            <NoContacts filter={filter} />
          </div>
        ) : (
          <div className="relative flex min-h-0 flex-1 flex-col">
            {contacts.isPlaceholderData && <Looking />}
            <News
              isStale={stale}
              more={more}
              show={() => {
                scroller.current?.scrollTo({ top: 0 });
                void showNews();
              }}
            />
            <ContactTable
              scroller={scroller}
              rows={rows}
              gone={gone}
              total={total}
              isLoading={contacts.isPending}
              isPhone={isPhone}
              reachEnd={isEndOpen ? () => void contacts.fetchNextPage() : undefined}
              filter={filter}
              layout={view.layout}
              changeLayout={view.changeLayout}
              selection={selection}
              choose={choose}
              chooseAll={chooseAll}
              openId={search.contact}
              open={open}
            >
              <MoreRows list={contacts} />
            </ContactTable>
            {chosen.length > 0 && <BulkBar rows={chosen} columns={view.contents.columns} clear={clear} />}
          </div>
        )}
      </div>
      {search.contact !== undefined && (
        <Suspense>
          <SidePanel id={search.contact} order={order} total={total} open={open} />
        </Suspense>
      )}
    </div>
  );
}

/** Begin another list at its top; one that is come back to stays where it was left. */
function useFromTheTop(scroller: RefObject<HTMLElement | null>, list: string): void {
  const before = useRef(list);
  useEffect(() => {
    if (before.current !== list) scroller.current?.scrollTo({ top: 0 });
    before.current = list;
  }, [scroller, list]);
}

/** How many there are, or are found; counting ends where nobody reads the number any more. */
function Total({ total, page }: { total: number | undefined; page: ContactPage | undefined }) {
  if (total === undefined) return null;
  return (
    <span role="status" className="rounded-md bg-hover px-1.5 py-0.5 text-muted text-xs tabular-nums">
      {count(total)}
      {page && !page.total_is_exact && "+"}
    </span>
  );
}

/** The rows of before stay until those that are looked for are there; what is there at once shows nothing. */
function Looking() {
  return (
    <progress
      aria-label="Looking for contacts"
      className="bar absolute inset-x-0 top-0 z-[3] h-0.5 animate-[appear_0.2s_0.25s_backwards]"
    />
  );
}

/** Say that not what was typed was found, but what is spelt nearly so. */
function Near({ page }: { page: ContactPage | undefined }) {
  const near = page?.near ?? [];
  if (near.length === 0) return null;
  return (
    <p role="status" className="border-b bg-warn-soft px-4 py-1.5 text-sm text-warn md:px-5">
      Nobody is spelt that way. These are near: {near.join(", ")}.
    </p>
  );
}

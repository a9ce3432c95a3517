import type { ContactFilter } from "../../api/queries";
import { Failure } from "../../ui/failure";
import { useIsPhone } from "../../ui/use-media";
import { MoreRows } from "./more-rows";
import { News } from "./news";
import { NoContacts } from "./no-contacts";
import { BulkBar } from "./selection/bulk-bar";
import { ContactTable } from "./table/contact-table";
import type { ContactList } from "./use-contact-list";
import type { ViewState } from "./views/use-view";

interface ListBodyProps {
  list: ContactList;
  filter: ContactFilter;
  view: ViewState;
  openId: string | undefined;
  open: (id: string | undefined) => void;
}

/** The rows, or why there are none. */
export function ListBody({ list, filter, view, openId, open }: ListBodyProps) {
  const { contacts, live, rows, selecting, selected, scroller } = list;
  const isPhone = useIsPhone();
  if (contacts.isError && rows.length === 0) {
    return (
      <div className="p-6">
        <Failure error={contacts.error} retry={contacts.refetch} />
      </div>
    );
  }
  if (list.isNobody) {
    return (
      <div className="min-h-0 flex-1 overflow-y-auto">
        <NoContacts filter={filter} />
      </div>
    );
  }
  const showNews = () => {
    scroller.current?.scrollTo({ top: 0 });
    void live.showNews();
  };
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {contacts.isPlaceholderData && <Looking />}
      <News isStale={live.stale} more={list.more} show={showNews} />
      <ContactTable
        scroller={scroller}
        rows={rows}
        gone={live.gone}
        total={list.total}
        isLoading={contacts.isPending}
        isPhone={isPhone}
        reachEnd={list.hasMore ? () => void contacts.fetchNextPage() : undefined}
        filter={filter}
        layout={view.layout}
        changeLayout={view.changeLayout}
        selection={selecting.selection}
        choose={selecting.choose}
        chooseAll={selecting.chooseAll}
        openId={openId}
        open={open}
      >
        <MoreRows list={contacts} />
      </ContactTable>
      {selected.length > 0 && (
        <BulkBar rows={selected} columns={view.contents.columns} clear={selecting.clear} />
      )}
    </div>
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

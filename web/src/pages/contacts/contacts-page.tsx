import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { contactCountQuery, contactsQuery } from "../../api/queries";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { count } from "../../ui/format";
import { useTitle } from "../../ui/use-title";
import { ContactTable } from "./contact-table";
import { Filters } from "./filters";
import { MoreRows } from "./more-rows";
import { NoContacts } from "./no-contacts";
import { rowsOf } from "./rows";
import { useLiveRows } from "./use-live-rows";

/** Everybody: the golden records, to search, to sort, to open. */
export function ContactsPage() {
  useTitle("Contacts");
  const filter = useSearch({ from: "/member/contacts" });
  const query = contactsQuery(filter);
  const contacts = useInfiniteQuery({ ...query, placeholderData: (before) => before });
  const total = useQuery(contactCountQuery);
  const { stale, gone, showNews } = useLiveRows(query.queryKey);
  const rows = rowsOf(contacts.data);
  // When all is gone, as after an erasure, there is nothing to leave standing.
  const nobody = !contacts.isPending && (rows.length === 0 || total.data === 0);
  return (
    <>
      <div className="sticky top-12 z-[5] border-b bg-canvas px-4 pt-3 pb-2 md:top-0 md:px-6">
        <div className="mb-2 flex h-8 items-center gap-2.5">
          <h1 className="font-semibold text-base">Contacts</h1>
          {total.data !== undefined && (
            <span className="rounded-md bg-hover px-1.5 py-0.5 text-muted text-xs tabular-nums">
              {count(total.data)}
            </span>
          )}
          <div aria-live="polite" className="ml-auto">
            {stale && (
              <Button onClick={() => void showNews()} className="animate-appear text-accent">
                <RefreshCw aria-hidden="true" className="size-3.5" />
                Show what is new
              </Button>
            )}
          </div>
        </div>
        <Filters filter={filter} />
      </div>
      {contacts.isError && rows.length === 0 ? (
        <div className="p-6">
          <Failure error={contacts.error} retry={contacts.refetch} />
        </div>
      ) : nobody ? (
        <NoContacts filter={filter} />
      ) : (
        <div className={contacts.isPlaceholderData ? "opacity-60" : undefined}>
          <ContactTable rows={rows} gone={gone} filter={filter} loading={contacts.isPending} />
          <MoreRows list={contacts} />
        </div>
      )}
    </>
  );
}

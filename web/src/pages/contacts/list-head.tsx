import type { ContactFilter } from "../../api/queries";
import { count } from "../../ui/format";
import { Toolbar } from "./toolbar";
import type { ContactList } from "./use-contact-list";
import type { ViewState } from "./views/use-view";
import { ViewMenu } from "./views/view-menu";

interface ListHeadProps {
  list: ContactList;
  filter: ContactFilter;
  view: ViewState;
}

/** What is above the list: how many there are, which view of them, what narrows it. */
export function ListHead({ list, filter, view }: ListHeadProps) {
  const { total, isTotalExact, first } = list;
  const near = first?.near ?? [];
  return (
    <>
      <div className="shrink-0 border-b px-4 pt-3 pb-2 md:px-5">
        <div className="mb-2 flex h-8 min-w-0 items-center gap-2">
          <h1 className="font-semibold text-base">Contacts</h1>
          {total !== undefined && (
            <span role="status" className="rounded-md bg-hover px-1.5 py-0.5 text-muted text-xs tabular-nums">
              {count(total)}
              {/* Counting ends where nobody reads the number any more. */}
              {!isTotalExact && "+"}
            </span>
          )}
          <ViewMenu state={view} />
        </div>
        <Toolbar filter={filter} view={view} />
      </div>
      {near.length > 0 && (
        <p role="status" className="border-b bg-warn-soft px-4 py-1.5 text-sm text-warn md:px-5">
          Nobody is spelt that way. These are near: {near.join(", ")}.
        </p>
      )}
    </>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import type { Group } from "../../api/filter";
import type { ContactFilter } from "../../api/queries";
import { Button } from "../../ui/button";
import { ColumnsMenu } from "./columns/columns-menu";
import { FilterBar } from "./filter/filter-bar";
import { SearchBox } from "./search-box";
import { useExport } from "./selection/exporting";
import { SortChoice } from "./sort-choice";
import type { ViewState } from "./views/use-view";

/** What narrows the list, its order and its columns; all that narrows it lives in the address. */
export function Toolbar({ filter, view }: { filter: ContactFilter; view: ViewState }) {
  const navigate = useNavigate({ from: "/contacts" });
  const exporting = useExport(view.contents.columns);
  const narrow = (changed: Group | undefined) =>
    void navigate({ search: (before) => ({ ...before, filter: changed }) });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox q={filter.q ?? ""} />
      <FilterBar filter={filter.filter} change={narrow} />
      <div className="ml-auto flex items-center gap-1.5">
        <SortChoice sort={filter.sort} />
        <div className="hidden items-center gap-1.5 sm:flex">
          <ColumnsMenu layout={view.layout} change={view.changeLayout} />
          <Button
            aria-label="Export"
            title="Save what is found as a CSV file, the first seen first"
            busy={exporting.isPending}
            onClick={() => exporting.mutate(filter)}
          >
            <Download aria-hidden="true" className="size-3.5" />
            <span className="hidden @4xl/list:inline">Export</span>
          </Button>
        </div>
      </div>
    </div>
  );
}

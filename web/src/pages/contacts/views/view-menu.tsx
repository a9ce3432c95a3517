import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { BookmarkPlus, ChevronDown, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { viewsQuery } from "../../../api/queries";
import type { SavedView } from "../../../api/types";
import { Button } from "../../../ui/button";
import { Menu, MenuItem, MenuLine } from "../../../ui/menu";
import { NameDialog } from "./name-dialog";
import type { ViewState } from "./use-view";
import { useViewChanges } from "./view-changes";
import { searchOf } from "./views";

/** Which view is open: another, a new one, a better name. */
export function ViewMenu({ state }: { state: ViewState }) {
  const { view, contents, isChanged, dropLayout } = state;
  const views = useQuery(viewsQuery);
  const navigate = useNavigate({ from: "/contacts" });
  const { save, change, rename, remove } = useViewChanges();
  const [naming, setNaming] = useState<"new" | "rename" | null>(null);
  const name = (what: "new" | "rename") => {
    // What went wrong the last time says nothing of this one.
    save.reset();
    rename.reset();
    setNaming(what);
  };
  const discard = (kept: SavedView) => {
    dropLayout();
    void navigate({ search: searchOf(kept) });
  };
  return (
    <>
      <Menu
        label={`View: ${view?.name ?? "All contacts"}`}
        className="flex h-7 min-w-0 items-center gap-1 rounded-md px-1.5 font-medium text-muted text-sm hover:bg-hover hover:text-ink"
        width={256}
        button={
          <>
            <span className="max-w-48 truncate">{view?.name ?? "All contacts"}</span>
            <ChevronDown aria-hidden="true" className="size-3.5" />
          </>
        }
      >
        {(close) => {
          const then = (act: () => unknown) => () => {
            close();
            act();
          };
          return (
            <>
              <MenuItem chosen={!view} onChoose={then(() => navigate({ search: {} }))}>
                All contacts
              </MenuItem>
              {views.data?.map((each) => (
                <MenuItem
                  key={each.id}
                  chosen={each.id === view?.id}
                  onChoose={then(() => navigate({ search: searchOf(each) }))}
                >
                  {each.name}
                </MenuItem>
              ))}
              <MenuLine />
              <MenuItem icon={BookmarkPlus} onChoose={then(() => name("new"))}>
                Save as a new view
              </MenuItem>
              {view && (
                <>
                  <MenuItem icon={Pencil} onChoose={then(() => name("rename"))}>
                    Rename
                  </MenuItem>
                  <MenuItem icon={Trash2} danger onChoose={then(() => remove.mutate(view))}>
                    Delete
                  </MenuItem>
                </>
              )}
            </>
          );
        }}
      </Menu>
      {view && isChanged && (
        <span className="flex animate-appear items-center gap-1">
          <Button
            look="quiet"
            className="h-7 text-accent"
            busy={change.isPending}
            onClick={() => change.mutate({ view, to: contents })}
          >
            Save changes
          </Button>
          <Button look="quiet" className="h-7" onClick={() => discard(view)}>
            Discard
          </Button>
        </span>
      )}
      {naming === "new" && (
        <NameDialog
          title="Save this view"
          hint="Search, filters, order and columns are kept under a name, for everybody in the workspace."
          name=""
          saving={save}
          onName={(name) => save.mutate({ ...contents, name }, { onSuccess: () => setNaming(null) })}
          onClose={() => setNaming(null)}
        />
      )}
      {naming === "rename" && view && (
        <NameDialog
          title="Rename the view"
          name={view.name}
          saving={rename}
          onName={(name) => rename.mutate({ view, to: { name } }, { onSuccess: () => setNaming(null) })}
          onClose={() => setNaming(null)}
        />
      )}
    </>
  );
}

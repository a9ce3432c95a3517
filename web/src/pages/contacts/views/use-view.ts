import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { viewsQuery } from "../../../api/queries";
import type { SavedView } from "../../../api/types";
import type { ContactsSearch } from "../../../search-params";
import { type Layout, layoutOf } from "../columns/columns";
import { useLayout } from "../columns/use-layout";
import { contentsOf, isChanged, type ViewContents } from "./views";

export interface ViewState {
  view: SavedView | undefined;
  layout: Layout;
  changeLayout: (layout: Layout) => void;
  /** Have the columns as the view keeps them. */
  dropLayout: () => void;
  contents: ViewContents;
  isChanged: boolean;
}

/** The view that is open, and the columns: the view's while one is, else the person's own. */
export function useView(search: ContactsSearch, userId: string): ViewState {
  const views = useQuery(viewsQuery);
  const view = views.data?.find(({ id }) => id === search.view);
  const [own, keepOwn] = useLayout(userId);
  const [tried, setTried] = useState<{ viewId: string; layout: Layout } | null>(null);
  const kept = view && layoutOf(view.columns, own.widths);
  const layout = view && kept ? (tried?.viewId === view.id ? tried.layout : kept) : own;
  const changeLayout = (changed: Layout) => {
    if (!view || !kept) return keepOwn(changed);
    setTried({ viewId: view.id, layout: changed });
    // How wide a column is stays everybody's own.
    keepOwn({ ...own, widths: changed.widths });
  };
  const contents = contentsOf(search, layout);
  return {
    view,
    layout,
    changeLayout,
    dropLayout: () => setTried(null),
    contents,
    isChanged: view !== undefined && isChanged(view, contents),
  };
}

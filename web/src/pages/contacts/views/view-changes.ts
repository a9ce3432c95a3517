import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { answered, api } from "../../../api/client";
import { wordsOf } from "../../../api/problem";
import { viewsQuery } from "../../../api/queries";
import type { NewView, SavedView } from "../../../api/types";
import { toasts } from "../../../ui/toasts";
import { searchOf, type ViewContents } from "./views";

/** Keep, change and delete views; the list of them follows. */
export function useViewChanges() {
  const client = useQueryClient();
  const navigate = useNavigate({ from: "/contacts" });
  const refresh = () => client.invalidateQueries({ queryKey: viewsQuery.queryKey });

  const save = useMutation({
    mutationFn: (view: NewView) => answered<SavedView>(api.POST("/views", { body: view })),
    onSuccess: async (view) => {
      client.setQueryData(viewsQuery.queryKey, (views) => [...(views ?? []), view]);
      await navigate({ search: searchOf(view) });
      toasts.say(`The view “${view.name}” is saved`);
      await refresh();
    },
  });

  const follow = async (view: SavedView) => {
    client.setQueryData(viewsQuery.queryKey, (views) =>
      views?.map((each) => (each.id === view.id ? view : each)),
    );
    await refresh();
  };
  // Whoever names a view is told in the dialog; whoever keeps its contents has none to look at.
  const rename = useMutation({ mutationFn: changeView, onSuccess: follow });
  const change = useMutation({
    mutationFn: changeView,
    onSuccess: follow,
    onError: (error) => void toasts.warn(`The view is not saved. ${wordsOf(error)}`),
  });

  const remove = useMutation({
    mutationFn: (view: SavedView) =>
      answered<void>(api.DELETE("/views/{view_id}", { params: { path: { view_id: view.id } } })),
    onSuccess: async (_, view) => {
      await navigate({ search: {} });
      toasts.say(`The view “${view.name}” is deleted`, () => bringBack(view).then(refresh));
      await refresh();
    },
    onError: (error) => void toasts.warn(wordsOf(error)),
  });

  return { save, change, rename, remove };
}

interface ViewChange {
  view: SavedView;
  to: Partial<ViewContents> & { name?: string };
}

function changeView({ view, to }: ViewChange): Promise<SavedView> {
  const params = { path: { view_id: view.id } };
  return answered<SavedView>(api.PATCH("/views/{view_id}", { params, body: to }));
}

function bringBack({ name, q, filter, sort, columns }: SavedView): Promise<SavedView> {
  const body = { name, q: q ?? null, filter: filter ?? null, sort: sort as NewView["sort"], columns };
  return answered<SavedView>(api.POST("/views", { body }));
}

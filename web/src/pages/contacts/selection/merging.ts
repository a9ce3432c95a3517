import { type QueryKey, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../../api/client";
import { undoEntry } from "../../../api/history";
import { contactKey } from "../../../api/queries";
import type { Outcome } from "../../../api/types";
import { nameOf } from "../../../ui/format";
import { toasts } from "../../../ui/toasts";
import { type ContactPages, withoutRows, withRowsBack } from "../rows";

const LISTS = ["contacts"] as const;
type ListsThen = [QueryKey, ContactPages | undefined][];

/** As many as the interface merges at once. */
export const MOST_MERGED = 50;

/** What would come of merging: asked, not done. */
export const mergePreviewQuery = (ids: readonly string[], override: boolean) =>
  queryOptions({
    queryKey: ["merge-preview", ids, override],
    queryFn: ({ signal }) =>
      answered<Outcome>(
        api.POST("/contacts/merge", { body: { ids: [...ids], override, dry_run: true }, signal }),
      ),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

/** Merge contacts into one; the way back is a click away for a while, and in the history for ever. */
export function useMerging(ids: readonly string[], override: boolean, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answered<Outcome>(api.POST("/contacts/merge", { body: { ids: [...ids], override, dry_run: false } })),
    onSuccess: async ({ contacts, gone, entries }) => {
      const [whole] = contacts;
      const number = entries[0]?.number;
      const before = client.getQueriesData<ContactPages>({ queryKey: LISTS });
      const undo = number === undefined ? undefined : () => takeBack(number, before);
      const left = new Set(gone);
      client.setQueriesData<ContactPages>({ queryKey: LISTS }, (data) => withoutRows(data, left));
      onDone();
      toasts.say(`${ids.length} contacts are one now${whole ? `: ${nameOf(whole)}` : ""}`, undo);
      if (whole) await client.invalidateQueries({ queryKey: contactKey(whole.id) });
    },
  });

  async function takeBack(number: number, before: ListsThen) {
    await undoEntry(number);
    for (const [key, then] of before) {
      client.setQueryData<ContactPages>(key, (now) => withRowsBack(now, then));
    }
    await client.invalidateQueries({ queryKey: ["contact"] });
  }
}

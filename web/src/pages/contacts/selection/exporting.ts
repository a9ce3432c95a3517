import { useMutation } from "@tanstack/react-query";
import { answered, api } from "../../../api/client";
import type { Group } from "../../../api/filter";
import { wordsOf } from "../../../api/problem";
import { type ContactFilter, narrowingOf } from "../../../api/queries";
import type { ViewColumn } from "../../../api/types";
import { saveFile } from "../../../ui/save-file";
import { toasts } from "../../../ui/toasts";

/** Save contacts as a CSV file, with the columns that are shown. */
export function useExport(columns: readonly ViewColumn[]) {
  return useMutation({
    mutationFn: async (filter: ContactFilter) => {
      const query = { ...narrowingOf(filter), columns: columns.join(",") };
      const content = await answered<Blob>(
        api.GET("/contacts/export", { params: { query }, parseAs: "blob" }),
      );
      saveFile(content, `contacts-${new Date().toISOString().slice(0, 10)}.csv`);
    },
    onError: (error) => void toasts.warn(`Nothing was exported. ${wordsOf(error)}`),
  });
}

/** As many ids as an address holds. */
export const MOST_EXPORTED = 200;
const VALUES_IN_A_CONDITION = 100;

/** The filter that finds just these. */
export function onlyThese(ids: readonly string[]): Group {
  const rules = [];
  for (let at = 0; at < ids.length; at += VALUES_IN_A_CONDITION) {
    rules.push({ field: "id", operator: "in", value: ids.slice(at, at + VALUES_IN_A_CONDITION) });
  }
  return { combinator: "or", rules };
}

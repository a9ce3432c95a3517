import { hashKey, type QueryKey } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { NOBODY, type Selection, withAll, withRange, withToggled } from "./selection";

/** Who is chosen in a list; another list has nobody chosen. */
export function useSelection(queryKey: QueryKey, order: readonly string[]) {
  const list = hashKey(queryKey);
  const [kept, setKept] = useState<{ list: string; selection: Selection }>({ list, selection: NOBODY });
  const selection = kept.list === list ? kept.selection : NOBODY;

  const change = useCallback(
    (how: (before: Selection) => Selection) =>
      setKept((before) => ({ list, selection: how(before.list === list ? before.selection : NOBODY) })),
    [list],
  );
  const choose = useCallback(
    (id: string, how: "one" | "range") =>
      change((before) => (how === "one" ? withToggled(before, id) : withRange(before, order, id))),
    [change, order],
  );
  const chooseAll = useCallback(() => change((before) => withAll(before, order)), [change, order]);
  const clear = useCallback(() => change(() => NOBODY), [change]);
  return { selection, choose, chooseAll, clear };
}

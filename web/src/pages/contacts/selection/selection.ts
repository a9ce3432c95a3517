/** Which contacts are chosen, and where the last choice was: from there a range goes. */
export interface Selection {
  ids: ReadonlySet<string>;
  anchor: string | null;
}

export const NOBODY: Selection = { ids: new Set(), anchor: null };

/** Choose one, or choose it no longer. */
export function withToggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** Choose all from the last choice to here as well. */
export function withRange(selection: Selection, order: readonly string[], to: string): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const end = order.indexOf(to);
  if (from < 0 || end < 0) return withToggled(selection, to);
  const range = order.slice(Math.min(from, end), Math.max(from, end) + 1);
  return { ids: new Set([...selection.ids, ...range]), anchor: selection.anchor };
}

/** Choose everybody who is there, or nobody if they are chosen. */
export function withAll(selection: Selection, order: readonly string[]): Selection {
  const isAll = order.length > 0 && order.every((id) => selection.ids.has(id));
  return isAll ? NOBODY : { ids: new Set(order), anchor: selection.anchor };
}

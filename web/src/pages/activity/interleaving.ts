/** Things of one kind that are fetched page by page, the latest first. */
export interface Strand<T> {
  items: readonly T[];
  /** Whether earlier ones can be fetched. */
  hasMore: boolean;
  at: (item: T) => string;
}

interface Interleaved<T> {
  items: T[];
  /** The strands that hold others back, by their place: their next page comes next. */
  behind: number[];
}

/**
 * Lay strands together in the order of time. What is earlier than all that one of them has told so far waits, because
 * that one may yet tell of something between.
 */
export function interleave<T>(strands: readonly Strand<T>[]): Interleaved<T> {
  const ends = strands.map(({ items, hasMore, at }) => {
    const last = items.at(-1);
    if (!hasMore) return Number.NEGATIVE_INFINITY;
    return last === undefined ? Number.POSITIVE_INFINITY : Date.parse(at(last));
  });
  const told = Math.max(Number.NEGATIVE_INFINITY, ...ends);
  const items = strands
    .flatMap(({ items, at }) => items.map((item) => ({ item, time: Date.parse(at(item)) })))
    .filter(({ time }) => time >= told)
    .toSorted((one, other) => other.time - one.time)
    .map(({ item }) => item);
  const behind = ends.flatMap((end, place) => (strands[place]?.hasMore && end === told ? [place] : []));
  return { items, behind };
}

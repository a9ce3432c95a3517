import { expect, test } from "vitest";
import { interleave } from "./interleaving";

const strand = (days: readonly number[], hasMore = false) => ({
  items: days.map((day) => `2026-01-${String(day).padStart(2, "0")}`),
  hasMore,
  at: (item: string) => item,
});

test("strands are laid together, the latest first", () => {
  const { items, behind } = interleave([strand([9, 4]), strand([7, 5])]);

  expect(items).toEqual(["2026-01-09", "2026-01-07", "2026-01-05", "2026-01-04"]);
  expect(behind).toEqual([]);
});

test("nothing is shown that something untold may come before, and that is asked for next", () => {
  const { items, behind } = interleave([strand([9, 6], true), strand([7, 2], true), strand([8, 1])]);

  expect(items).toEqual(["2026-01-09", "2026-01-08", "2026-01-07", "2026-01-06"]);
  expect(behind).toEqual([0]);
});

test("a strand of which nothing was told yet holds all others back", () => {
  expect(interleave([strand([], true), strand([3])])).toEqual({ items: [], behind: [0] });
  expect(interleave([])).toEqual({ items: [], behind: [] });
});

import { expect, it } from "vitest";
import { NOBODY, withAll, withRange, withToggled } from "./selection";

const ORDER = ["a", "b", "c", "d", "e"];
const chosen = (selection: typeof NOBODY) => [...selection.ids].sort().join("");

it("chooses one by one, and no longer", () => {
  const two = withToggled(withToggled(NOBODY, "b"), "d");

  expect(chosen(two)).toBe("bd");
  expect(chosen(withToggled(two, "b"))).toBe("d");
});

it("chooses from the last choice to here, up and down from the same place", () => {
  const from = withToggled(NOBODY, "c");

  expect(chosen(withRange(from, ORDER, "e"))).toBe("cde");
  expect(chosen(withRange(withRange(from, ORDER, "e"), ORDER, "b"))).toBe("bcde");
});

it("begins with one where there is nothing to go on from, or no more", () => {
  expect(chosen(withRange(NOBODY, ORDER, "b"))).toBe("b");
  expect(chosen(withRange({ ids: new Set(["z"]), anchor: "z" }, ORDER, "b"))).toBe("bz");
});

it("chooses all, then nobody", () => {
  const all = withAll(withToggled(NOBODY, "a"), ORDER);

  expect(chosen(all)).toBe("abcde");
  expect(withAll(all, ORDER)).toEqual(NOBODY);
  expect(chosen(withAll(NOBODY, []))).toBe("");
});

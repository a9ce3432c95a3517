import { expect, it } from "vitest";
import { placeAfter } from "./use-row-keys";

it.each([
  ["ArrowDown", 3, 4],
  ["j", 9, 9],
  ["ArrowUp", 0, 0],
  ["k", 5, 4],
  ["PageDown", 1, 9],
  ["PageUp", 5, 0],
  ["Home", 7, 0],
  ["End", 2, 9],
  ["q", 2, undefined],
])("%s leads from row %i of ten to %s", (key, at, to) => {
  expect(placeAfter(key, at, 10)).toBe(to);
});

import { expect, it } from "vitest";
import { conditionsIn, readFilter } from "./filter";

const COMPANY = { field: "company", operator: "contains", value: "acme" };
const NAME = { field: "name", operator: "eq", value: "Ada" };

it("reads groups in groups", () => {
  const filter = { combinator: "and", rules: [COMPANY, { combinator: "or", rules: [NAME, COMPANY] }] };

  const read = readFilter(filter);

  expect(read).toEqual(filter);
  expect(read && conditionsIn(read)).toBe(3);
});

it.each([
  undefined,
  "company",
  [COMPANY],
  COMPANY,
  { combinator: "xor", rules: [COMPANY] },
  { combinator: "and", rules: [] },
  { combinator: "and", rules: [COMPANY, null] },
  { combinator: "and", rules: [{ field: 1, operator: "eq" }] },
  { combinator: "and", rules: Array.from({ length: 21 }, () => COMPANY) },
  nested(5),
])("reads nothing of %j", (told) => {
  expect(readFilter(told)).toBeUndefined();
});

function nested(depth: number): unknown {
  return depth === 0 ? COMPANY : { combinator: "and", rules: [nested(depth - 1)] };
}

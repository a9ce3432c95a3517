import { expect, it } from "vitest";
import type { Condition, Group } from "../../../api/filter";
import { turned, withBeside, withoutRule, withReplaced, withRule } from "./editing";

function is(value: string): Condition {
  return { field: "company", operator: "eq", value };
}

const AB: Group = { combinator: "and", rules: [is("a"), is("b")] };
const NESTED: Group = {
  combinator: "and",
  rules: [is("a"), { combinator: "or", rules: [is("b"), is("c")] }],
};

it("begins a filter, and goes on with it", () => {
  expect(withRule(withRule(undefined, is("a")), is("b"))).toEqual(AB);
});

it("replaces a rule where it stands, in a group too", () => {
  expect(withReplaced(AB, [1], is("x")).rules).toEqual([is("a"), is("x")]);
  expect(withReplaced(NESTED, [1, 0], is("x")).rules[1]).toEqual({
    combinator: "or",
    rules: [is("x"), is("c")],
  });
});

it("puts one beside another, whichever of both will do", () => {
  expect(withBeside(AB, [1], is("c"))).toEqual(NESTED);
  expect(withBeside(NESTED, [1], is("d")).rules[1]).toEqual({
    combinator: "or",
    rules: [is("b"), is("c"), is("d")],
  });
  expect(withBeside({ ...AB, combinator: "or" }, [0], is("c")).rules[0]).toEqual({
    combinator: "and",
    rules: [is("a"), is("c")],
  });
});

it("leaves no group of one, and no filter of nothing", () => {
  expect(withoutRule(NESTED, [1, 1])).toEqual(AB);
  expect(withoutRule(AB, [0])).toEqual({ combinator: "and", rules: [is("b")] });
  expect(withoutRule({ combinator: "or", rules: [is("a")] }, [0])).toBeUndefined();
});

it("turns all into any, with the groups inside", () => {
  expect(turned(NESTED)).toEqual({
    combinator: "or",
    rules: [is("a"), { combinator: "and", rules: [is("b"), is("c")] }],
  });
  expect(turned(turned(NESTED))).toEqual(NESTED);
});

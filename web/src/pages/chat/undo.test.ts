// @vitest-environment jsdom
import { expect, it } from "vitest";
import { stepsOf, undoOf } from "./undo";

const STEP = { says: "Change Ada", state: "succeeded" };

it.each([
  ["/history/7/undo", true],
  ["/actions/6f1c2d9e-0000-4000-8000-000000000000/undo", true],
  ["/actions/6f1c2d9e-0000-4000-8000-000000000000/undo?x=1", false],
  ["//evil.example/history/7/undo", false],
  ["/auth/logout", false],
  [null, false],
])("takes a step back by %s: %s", (undo, isThere) => {
  expect(undoOf({ ...STEP, undo }) !== undefined).toBe(isThere);
});

it("reads the steps of an outcome, and nothing of anything else", () => {
  expect(stepsOf({ steps: [STEP, null, { says: 1 }] })).toEqual([STEP]);
  expect([stepsOf({ unknown: "nobody knows" }), stepsOf(null), stepsOf("done")]).toEqual([[], [], []]);
});

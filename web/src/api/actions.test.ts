// @vitest-environment jsdom
import { expect, it } from "vitest";
import { undoneWords } from "./actions";
import { Problem, wordsOf } from "./problem";

it("calls nothing undone that has not ended", () => {
  expect(undoneWords({ state: "succeeded", problem: null })).toBe("Undone");
  for (const state of ["queued", "running"] as const) {
    expect(undoneWords({ state, problem: null })).toBe("The undoing is on its way");
  }
});

it.each([
  ["failed", "HubSpot does not know this contact.", "HubSpot does not know this contact."],
  ["conflict", null, "It was changed there meanwhile, and was left as it is."],
] as const)("tells of an undoing that ended as %s in its own words", (state, problem, words) => {
  let thrown: unknown;
  try {
    undoneWords({ state, problem });
  } catch (error) {
    thrown = error;
  }

  expect(thrown).toBeInstanceOf(Problem);
  expect(wordsOf(thrown)).toBe(words);
});

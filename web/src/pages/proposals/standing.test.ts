// @vitest-environment jsdom
import { expect, test } from "vitest";
import { areUndone } from "../chat/undo";
import { standingOf } from "./standing";

const DONE = { says: "Change Ada", state: "succeeded" };
const FAILED = { says: "Change Ada", state: "failed" };

test("no more and no less is said than was done", () => {
  expect(standingOf("done", [DONE], false).words).toBe("Done");
  expect(standingOf("done", [DONE], true).words).toBe("Undone since");
  expect(standingOf("failed", [DONE, FAILED], false).words).toBe("Not all was done");
  expect(standingOf("failed", [{ ...DONE, state: "waiting" }], false).words).toBe("Not all was done");
  expect(standingOf("failed", [FAILED], false).words).toBe("Not done");
  expect(standingOf("open", [], false).words).toBe("Waits for you");
});

test("a proposal is undone when all that was done of it is", () => {
  expect(areUndone([DONE, DONE], ["undone", "undone"])).toBe(true);
  expect(areUndone([DONE, FAILED], ["undone", undefined])).toBe(true);
  expect(areUndone([DONE, DONE], ["undone", "stands"])).toBe(false);
  expect(areUndone([DONE, DONE], ["undone", undefined])).toBe(false);
  expect(areUndone([FAILED], [undefined])).toBe(false);
});

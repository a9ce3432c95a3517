import { expect, it } from "vitest";
import { AT_IT_MS, canGoOn } from "./going-on";

const decided_at = "2026-01-02T03:04:05Z";
const then = Date.parse(decided_at);

it.each([
  ["running", decided_at, then + AT_IT_MS, false],
  ["running", decided_at, then + AT_IT_MS + 1, true],
  ["running", null, then + AT_IT_MS + 1, false],
  ["done", decided_at, then + AT_IT_MS + 1, false],
  ["open", null, then, false],
] as const)("%s since %s, at %d: %s", (state, since, now, can) => {
  expect(canGoOn({ state, decided_at: since }, now)).toBe(can);
});

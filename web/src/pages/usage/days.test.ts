import { expect, test } from "vitest";
import { costInWords, dayName, totalOf, written } from "./days";

test("what is read from the cache counts too", () => {
  expect(totalOf({ input_tokens: 100, output_tokens: 20, cache_read_tokens: 3_000 })).toBe(3_120);
});

test("a day stays the day that was counted, wherever it is read", () => {
  expect(dayName("2026-03-01")).toBe("Mar 1, 2026");
});

test("many tokens are said in short", () => {
  expect(written(840)).toBe("840");
  expect(written(12_345)).toBe("12.3K");
});

test("a cost is said where there are prices", () => {
  expect(costInWords([{ cost_dollars: 1.2 }, { cost_dollars: null }, { cost_dollars: 0.05 }])).toBe("$1.25");
  expect(costInWords([{ cost_dollars: 0 }])).toBe("$0.00");
  expect(costInWords([{ cost_dollars: null }])).toBeNull();
});

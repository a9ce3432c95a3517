import { describe, expect, it } from "vitest";
import { rateOf, remembered, type Sample, secondsLeft } from "./pace";

function remembering(...steps: Sample[]): Sample[] {
  return steps.reduce<Sample[]>(remembered, []);
}

describe("the rate of a reading", () => {
  it("is how many came in the last half minute, and not before", () => {
    const samples = remembering(
      { at: 0, done: 0 },
      { at: 60_000, done: 10 },
      { at: 70_000, done: 1_010 },
      { at: 80_000, done: 2_010 },
    );

    expect(rateOf(samples, 80_000)).toBe(100);
  });

  it("is not told by a single look, or by two at once", () => {
    expect(rateOf(remembering({ at: 0, done: 5 }), 9_000)).toBeNull();
    expect(rateOf(remembering({ at: 0, done: 5 }, { at: 1_000, done: 50 }), 1_000)).toBeNull();
  });

  it("falls while nothing comes", () => {
    const samples = remembering({ at: 0, done: 0 }, { at: 10_000, done: 1_000 });

    expect(rateOf(samples, 11_000)).toBe(100);
    expect(rateOf(samples, 50_000)).toBe(20);
  });

  it("begins anew with a reading that does", () => {
    expect(remembering({ at: 0, done: 900 }, { at: 5_000, done: 10 })).toEqual([{ at: 5_000, done: 10 }]);
  });
});

it.each([
  [500, 1_500, 100, 10],
  [1_500, 1_500, 100, 0],
  [2_000, 1_500, 100, 0],
  [500, 1_500, null, null],
  [500, 1_500, 0, null],
])("%d of %s at %s a second take %s more seconds", (done, total, rate, seconds) => {
  expect(secondsLeft(done, total, rate)).toBe(seconds);
});

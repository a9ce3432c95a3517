import { expect, it } from "vitest";
import type { StreamCoverage } from "../../api/types";
import { besideTheirs, differenceOf } from "./counts";

it.each<[Partial<StreamCoverage>, string[]]>([
  [{ theirs: 5, unexplained: 0 }, []],
  [{ theirs: 9, reasons: [{ reason: "skipped", count: 4 }], unexplained: 0 }, ["4 could not be read"]],
  [{ theirs: 3, reasons: [{ reason: "gone_meanwhile", count: -2 }] }, ["2 went while everything was read"]],
  [{ theirs: 7, unexplained: 2 }, ["2 missing without a known reason"]],
  [{ theirs: 4, unexplained: -1 }, ["1 more than expected, without a known reason"]],
])("%j is explained by %j", (counts, words) => {
  expect(differenceOf({ stream: "contacts", ours: 5, reasons: [], ...counts })).toEqual(words);
});

function stream(ours: number, theirs: number | null): StreamCoverage {
  const difference = theirs === null ? null : theirs - ours;
  return { stream: "deals", ours, theirs, difference, reasons: [], unexplained: difference };
}

it.each<[StreamCoverage[], string, boolean]>([
  [[stream(5, 5)], "all 5 of Acme", false],
  [[stream(5, 7)], "7 there, see why", true],
  [[stream(5, 3), stream(5, 7)], "10 there, see why", true],
  [[stream(5, null)], "Acme tells no count", false],
  [[stream(5, null), stream(4, 4)], "4 of 4 counted there", false],
  [[stream(5, null), stream(4, 6)], "4 of 6 there, see why", true],
])("what is here beside theirs, %j, is told as %j", (streams, words, isOff) => {
  expect(besideTheirs(streams, "Acme")).toMatchObject({ words, isOff });
});

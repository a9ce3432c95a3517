import { expect, it } from "vitest";
import type { StreamCoverage } from "../../api/types";
import { differenceOf } from "./difference";

it.each<[Partial<StreamCoverage>, string[]]>([
  [{ theirs: 5, unexplained: 0 }, []],
  [{ theirs: 9, reasons: [{ reason: "skipped", count: 4 }], unexplained: 0 }, ["4 could not be read"]],
  [{ theirs: 3, reasons: [{ reason: "gone_meanwhile", count: -2 }] }, ["2 went while everything was read"]],
  [{ theirs: 7, unexplained: 2 }, ["2 missing without a known reason"]],
  [{ theirs: 4, unexplained: -1 }, ["1 more than expected, without a known reason"]],
])("%j is explained by %j", (counts, words) => {
  expect(differenceOf({ stream: "contacts", ours: 5, reasons: [], ...counts })).toEqual(words);
});

import { expect, it } from "vitest";
import { goldenIdsOf, goneIdsOf, type LiveEvent, readEvent } from "./events";

const CASES: [LiveEvent, string[], string[]][] = [
  [{ name: "golden_record.changed", items: [{ golden_id: "a" }, { golden_id: "b" }] }, ["a", "b"], []],
  [{ name: "golden_record.asked", items: [{ golden_id: "a" }] }, ["a"], []],
  [{ name: "golden_record.gone", items: [{ golden_id: "a" }] }, ["a"], ["a"]],
  [{ name: "golden_record.merged", items: [{ golden_id: "a", merged_id: "b" }] }, ["a", "b"], ["b"]],
  [{ name: "golden_record.split", items: [{ golden_id: "a", split_id: "b" }] }, ["a", "b"], []],
  [{ name: "connection.broken", items: [{ connection_id: "c" }] }, [], []],
  [{ name: "resync" }, [], []],
];

it.each(CASES)("%j names what to look at again, and what is no more", (event, again, gone) => {
  expect(goldenIdsOf(event)).toEqual(again);
  expect(goneIdsOf(event)).toEqual(gone);
});

it("reads what it knows, and leaves the rest for a later page", () => {
  expect(readEvent("ready", "{}")).toEqual({ name: "ready" });
  expect(readEvent("proposal.made", "{}")).toBeNull();
  expect(readEvent(undefined, "{}")).toBeNull();
});

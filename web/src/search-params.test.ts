import { expect, it } from "vitest";
import { localPath, optionalText, sortOf } from "./search-params";

it.each([
  ["/contacts", "/contacts"],
  ["/contacts?q=ada&sort=name", "/contacts?q=ada&sort=name"],
  ["//evil.example", undefined],
  ["/\\evil.example", undefined],
  ["https://evil.example", undefined],
  ["javascript:alert(1)", undefined],
  ["/a b", undefined],
  ["/a\n//b", undefined],
  ["", undefined],
  [7, undefined],
])("goes after signing in from %j to %j", (asked, place) => {
  expect(localPath(asked)).toBe(place);
});

it.each([
  ["name", "name"],
  ["-updated_at", undefined],
  ["drop table", undefined],
  [null, undefined],
])("reads the order %j as %j", (asked, sort) => {
  expect(sortOf(asked)).toBe(sort);
});

it("reads texts, also those that look like numbers, and bounds them", () => {
  expect([optionalText("ada"), optionalText(42), optionalText(""), optionalText({})]).toEqual([
    "ada",
    "42",
    undefined,
    undefined,
  ]);
  expect(optionalText("x".repeat(1_000))).toHaveLength(200);
});

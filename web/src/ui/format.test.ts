import { expect, it } from "vitest";
import { initialsOf } from "./avatar";
import { ago, counted, inWords, money, nameOf } from "./format";

const NOW = Date.parse("2026-06-15T12:00:00Z");

it.each([
  ["2026-06-15T11:59:30Z", "just now"],
  ["2026-06-15T12:00:20Z", "just now"],
  ["2026-06-15T11:57:00Z", "3 minutes ago"],
  ["2026-06-15T12:05:00Z", "in 5 minutes"],
  ["2026-06-15T10:00:00Z", "2 hours ago"],
  ["2026-06-14T10:00:00Z", "yesterday"],
  ["2026-05-20T12:00:00Z", "26 days ago"],
  ["2024-03-10T12:00:00Z", "Mar 10, 2024"],
])("says %s as %s", (at, words) => {
  expect(ago(at, NOW)).toBe(words);
});

it.each([
  ["95250", "EUR", "€95,250"],
  ["12.5", "USD", "$12.50"],
  ["100", null, "100"],
  ["100", "no currency", "100 no currency"],
  ["34000.5", "GBP", "£34,000.50"],
  ["a lot", "EUR", "a lot EUR"],
])("says %s %s as %s", (amount, currency, words) => {
  expect(money(amount, currency)).toBe(words);
});

it.each([
  [{ first_name: "Ada", last_name: "Lovelace" }, "Ada Lovelace"],
  [{ first_name: null, last_name: "Lovelace", email: "x@example.com" }, "Lovelace"],
  [{ email: "x@example.com" }, "x@example.com"],
  [{ phone: "+49 1" }, "+49 1"],
  [{}, "No name"],
])("calls %j %s", (person, name) => {
  expect(nameOf(person)).toBe(name);
});

it.each([
  ["Ada Lovelace", "AL"],
  ["anna maria schmidt", "AS"],
  ["Öberg", "Ö"],
  ["王小明", "王"],
  ["😀 !!", "?"],
  ["", "?"],
])("shortens %s to %s", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it("speaks in words and counts", () => {
  expect(inWords("job_title")).toBe("Job title");
  expect([counted(1, "record"), counted(1_200, "record")]).toEqual(["1 record", "1,200 records"]);
});

it("says names that programs write in words, and leaves abbreviations", () => {
  expect(inWords("job_title")).toBe("Job title");
  expect(inWords("NO_SHOW")).toBe("No show");
  expect(inWords("COMPLETED")).toBe("Completed");
  expect(inWords("VIP")).toBe("VIP");
});

import { expect, it } from "vitest";
import { meantIn, typedPattern } from "./typed-text";

const SUBDOMAIN = { pattern: "[A-Za-z0-9]([A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?", suffix: ".zendesk.com" };
const TOKEN = { pattern: "[\\x21-\\x7e]+", suffix: null };

function letsThrough(field: { pattern: string; suffix: string | null }, typed: string): boolean {
  // As browsers do with the attribute.
  return new RegExp(`^(?:${typedPattern(field)})$`, "v").test(typed);
}

it.each([
  ["acme", "acme"],
  ["  Acme ", "Acme"],
  ["acme.zendesk.com", "acme"],
  ["https://acme.zendesk.com/", "acme"],
])("takes what is meant out of %j, and lets it through", (typed, meant) => {
  expect(letsThrough(SUBDOMAIN, typed)).toBe(true);
  expect(meantIn(typed, SUBDOMAIN)).toBe(meant);
});

it.each([
  "",
  "evil.example/",
  "https://evil.example/",
  "acme.zendesk.com.evil.example",
  "acmeXzendesk.com",
  "-acme",
])("lets %j not through", (typed) => {
  expect(letsThrough(SUBDOMAIN, typed)).toBe(false);
});

it("leaves a text without a suffix as it is, but for the space around it", () => {
  expect(meantIn(" https://a/b ", TOKEN)).toBe("https://a/b");
  expect(letsThrough(TOKEN, " abc ")).toBe(true);
  expect(letsThrough(TOKEN, "a b")).toBe(false);
});

it("asks for no pattern where there is none", () => {
  expect(typedPattern({ suffix: ".zendesk.com" })).toBeUndefined();
});

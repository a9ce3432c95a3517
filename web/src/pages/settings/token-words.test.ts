import { expect, test } from "vitest";
import { scopeWords, tokenWish } from "./token-words";

function filled(values: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  return form;
}

test("a token is asked for as the form says", () => {
  expect(tokenWish(filled({ name: " Report ", scope: "contacts:write", days: "30" }))).toEqual({
    name: "Report",
    scopes: ["contacts:write"],
    expires_in_days: 30,
  });
});

test("what a form does not say asks for the least", () => {
  expect(tokenWish(filled({ name: "Report", scope: "everything" }))).toEqual({
    name: "Report",
    scopes: ["contacts:read"],
    expires_in_days: 90,
  });
});

test("a scope that the page does not know is shown as it is called", () => {
  expect(scopeWords("contacts:write")).toBe("Write");
  expect(scopeWords("agent:mcp")).toBe("agent:mcp");
});

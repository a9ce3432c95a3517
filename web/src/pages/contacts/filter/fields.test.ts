import { expect, it } from "vitest";
import { conditionOf, FIELDS, fieldOf, wayOf, waysOf } from "./fields";

function asked(name: string, way: string, typed = "") {
  const field = fieldOf(name);
  const found = waysOf(field).find((each) => each.name === way);
  return found && conditionOf(field, found, typed);
}

it.each([
  ["company", "contains", " acme ", { field: "company", operator: "contains", value: "acme" }],
  ["company", "is_not_empty", "", { field: "company", operator: "is_empty", value: false }],
  ["sources", "at_least", "2", { field: "sources", operator: "at_least", value: 2 }],
  ["has_email", "no", "", { field: "has_email", operator: "eq", value: false }],
  ["created_at", "after", "2026-01-31", { field: "created_at", operator: "after", value: "2026-01-31" }],
  ["company", "contains", "  ", undefined],
  ["sources", "at_least", "-1", undefined],
  ["sources", "at_least", "some", undefined],
  ["phone", "contains", "none", undefined],
  ["created_at", "is_empty", "", undefined],
])("asks of %s by %s %j", (name, way, typed, condition) => {
  expect(asked(name, way, typed)).toEqual(condition);
});

it("knows every way it offers when it sees it again", () => {
  for (const field of FIELDS) {
    for (const way of waysOf(field)) {
      expect(wayOf({ field: field.name, operator: way.operator, value: way.value ?? "7" })).toEqual(way);
    }
  }
});

it("shows what it does not know by its own name", () => {
  expect(fieldOf("shoe_size").label).toBe("shoe_size");
  expect(wayOf({ field: "shoe_size", operator: "wider_than", value: 9 })).toBeUndefined();
});

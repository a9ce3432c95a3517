import { expect, it } from "vitest";
import type { SavedView } from "../../../api/types";
import { FIRST_LAYOUT, layoutOf, withToggled } from "../columns/columns";
import { contentsOf, isChanged, searchOf } from "./views";

const VIEW: SavedView = {
  id: "v1",
  name: "Acme",
  q: null,
  filter: { rules: [{ value: "acme", operator: "contains", field: "company" }], combinator: "and" },
  sort: "name",
  columns: [],
  made_by: "u1",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};

it("opens a view as it was kept, and finds it unchanged, however its filter is written", () => {
  const search = searchOf(VIEW);

  expect(search).toMatchObject({ view: "v1", sort: "name", q: undefined });
  expect(isChanged(VIEW, contentsOf(search, FIRST_LAYOUT))).toBe(false);
});

it.each([
  ["words", { q: "ada" }],
  ["another order", { sort: undefined }],
  ["no filter", { filter: undefined }],
])("notices %s", (_, change) => {
  expect(isChanged(VIEW, contentsOf({ ...searchOf(VIEW), ...change }, FIRST_LAYOUT))).toBe(true);
});

it("finds a view unchanged that somebody kept without the column that is always there", () => {
  const few = { ...VIEW, columns: ["email", "company"] };
  const layout = layoutOf(few.columns);

  expect(isChanged(few, contentsOf(searchOf(few), layout ?? FIRST_LAYOUT))).toBe(false);
});

it("notices other columns only where the view names some", () => {
  const other = withToggled(FIRST_LAYOUT, "phone");
  const naming = { ...VIEW, columns: contentsOf({}, FIRST_LAYOUT).columns as string[] };

  expect(isChanged(VIEW, contentsOf(searchOf(VIEW), other))).toBe(false);
  expect(isChanged(naming, contentsOf(searchOf(VIEW), FIRST_LAYOUT))).toBe(false);
  expect(isChanged(naming, contentsOf(searchOf(VIEW), other))).toBe(true);
});

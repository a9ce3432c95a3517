import { expect, it } from "vitest";
import {
  FIRST_LAYOUT,
  layoutOf,
  readLayout,
  shownColumns,
  viewColumns,
  widthOf,
  withMoved,
  withToggled,
  withWidth,
} from "./columns";

const shown = (layout: typeof FIRST_LAYOUT) => shownColumns(layout).map(({ id }) => id);

it("hides a column and shows it again where it was", () => {
  const without = withToggled(FIRST_LAYOUT, "company");

  expect(shown(without)).not.toContain("company");
  expect(withToggled(without, "company")).toEqual(FIRST_LAYOUT);
});

it("moves a column to where another is, either way, and the name nowhere", () => {
  expect(shown(withMoved(FIRST_LAYOUT, "phone", "email")).slice(0, 3)).toEqual(["name", "phone", "email"]);
  expect(shown(withMoved(FIRST_LAYOUT, "email", "company")).slice(0, 3)).toEqual([
    "name",
    "company",
    "email",
  ]);
  expect(shown(withMoved(FIRST_LAYOUT, "name", "phone"))[0]).toBe("name");
});

it("keeps widths within what can be read", () => {
  expect(widthOf(withWidth(FIRST_LAYOUT, "email", 300.4), "email")).toBe(300);
  expect(widthOf(withWidth(FIRST_LAYOUT, "email", -5), "email")).toBe(80);
  expect(widthOf(withWidth(FIRST_LAYOUT, "email", 5_000), "email")).toBe(640);
});

it("says to a view what is shown, and makes the same of it again", () => {
  const layout = withToggled(withMoved(FIRST_LAYOUT, "phone", "email"), "company");

  const names = viewColumns(layout);

  expect(names.slice(0, 4)).toEqual(["first_name", "last_name", "phone", "email"]);
  expect(shown(layoutOf(names) ?? FIRST_LAYOUT)).toEqual(shown(layout));
  expect(layoutOf(["birth_date"])).toBeUndefined();
});

it("reads what it kept, and takes nothing on trust", () => {
  const kept = withWidth(withToggled(withMoved(FIRST_LAYOUT, "phone", "email"), "company"), "email", 300);

  expect(readLayout(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  expect(readLayout(null)).toEqual(FIRST_LAYOUT);
  expect(readLayout({ order: "name", hidden: 7 })).toEqual(FIRST_LAYOUT);
  const odd = readLayout({
    order: ["email", "email", "shoe_size"],
    hidden: ["x"],
    widths: { email: "wide" },
  });
  expect(shown(odd).slice(0, 2)).toEqual(["name", "email"]);
  expect(odd.order).toHaveLength(FIRST_LAYOUT.order.length);
  expect(odd.widths).toEqual({});
});

import { expect, it } from "vitest";
import type { ContactPage, ContactSummary } from "../../api/types";
import {
  type ContactPages,
  firstPageOf,
  rowsOf,
  summaryOf,
  withoutRows,
  withRow,
  withRowsBack,
} from "./rows";

function row(id: string, changes: Partial<ContactSummary> = {}): ContactSummary {
  return {
    id,
    email: null,
    first_name: null,
    last_name: null,
    phone: null,
    company: null,
    job_title: null,
    sources: [],
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    needs_review: false,
    ...changes,
  };
}

function page(items: ContactSummary[], next_cursor: string | null = null): ContactPage {
  return { items, next_cursor, total_is_exact: true, near: [] };
}

const PAGES: ContactPages = {
  pages: [page([row("a"), row("b")], "2"), page([row("b"), row("c")])],
  pageParams: [undefined, "2"],
};

it("shows a contact once that moved down between two pages", () => {
  expect(rowsOf(PAGES).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(rowsOf(undefined)).toEqual([]);
});

it("changes a row where it stands, however its order would have it", () => {
  const changed = withRow(PAGES, row("c", { first_name: "Ada", updated_at: "2027-01-01T00:00:00Z" }));

  expect(rowsOf(changed).map(({ id, first_name }) => [id, first_name])).toEqual([
    ["a", null],
    ["b", null],
    ["c", "Ada"],
  ]);
  expect(rowsOf(PAGES)[2]?.first_name).toBeNull();
});

it("adds no row that is not there", () => {
  expect(rowsOf(withRow(PAGES, row("z"))).map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

it("begins again with the first page", () => {
  expect(firstPageOf(PAGES)).toEqual({ pages: PAGES.pages.slice(0, 1), pageParams: [undefined] });
});

it("keeps of a row what a contact in full does not tell", () => {
  const { last_interaction_at: _, ...told } = row("b", { email: "b@example.com" });
  const known = withRow(PAGES, row("b", { last_interaction_at: "2026-02-01T00:00:00Z" }));

  const [, changed] = rowsOf(withRow(known, told));

  expect(changed).toMatchObject({ email: "b@example.com", last_interaction_at: "2026-02-01T00:00:00Z" });
});

it("takes out what is part of another now", () => {
  expect(rowsOf(withoutRows(PAGES, new Set(["b"]))).map(({ id }) => id)).toEqual(["a", "c"]);
});

it("makes the row of a contact in full", () => {
  const detail = {
    ...{
      id: "g1",
      fields: { email: "ada@example.com", first_name: "Ada", city: "London" },
      emails: [],
      phones: [],
    },
    ...{ lineage: {}, sources: [], interactions: [], previous_ids: [] },
    ...{ created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-02T00:00:00Z" },
    ...{ needs_review: true },
  };

  expect(summaryOf(detail)).toEqual(
    row("g1", {
      email: "ada@example.com",
      first_name: "Ada",
      updated_at: "2026-01-02T00:00:00Z",
      needs_review: true,
    }),
  );
});

it("puts rows back where they stood, beside what came meanwhile", () => {
  const then: ContactPages = {
    pages: [page([row("a"), row("b"), row("c")], "2"), page([row("d"), row("e")])],
    pageParams: [undefined, "2"],
  };
  const left = withoutRows(then, new Set(["a", "c", "d"]));
  const now = left && { ...left, pages: [...left.pages, page([row("f")])] };

  const back = withRowsBack(withRow(now, row("b", { first_name: "Ada" })), then);

  expect(rowsOf(back).map(({ id, first_name }) => [id, first_name])).toEqual([
    ["a", null],
    ["b", "Ada"],
    ["c", null],
    ["d", null],
    ["e", null],
    ["f", null],
  ]);
  expect(withRowsBack(undefined, then)).toBeUndefined();
});

import type { InfiniteData } from "@tanstack/react-query";
import type { ContactDetail, ContactPage, ContactSummary } from "../../api/types";

export type ContactPages = InfiniteData<ContactPage>;

/** A long list is asked for at each event and each drawing; what it was made of stays the same in between. */
const made = new WeakMap<ContactPages, readonly ContactSummary[]>();

/** The rows of all pages, each contact once: between two pages one may have moved down. */
export function rowsOf(data: ContactPages | undefined): readonly ContactSummary[] {
  if (!data) return [];
  const known = made.get(data);
  if (known) return known;
  const rows = new Map<string, ContactSummary>();
  for (const page of data.pages) {
    for (const row of page.items) if (!rows.has(row.id)) rows.set(row.id, row);
  }
  const list = [...rows.values()];
  made.set(data, list);
  return list;
}

/** What a contact in full tells of its row; the rest of the row is the list's to tell. */
export type RowValues = Omit<ContactSummary, "last_interaction_at">;

/** Put a contact's new values in its row, where it stands. */
export function withRow(data: ContactPages | undefined, row: RowValues): ContactPages | undefined {
  return (
    data && {
      ...data,
      pages: data.pages.map((page) => {
        const at = page.items.findIndex(({ id }) => id === row.id);
        const item = page.items[at];
        return item ? { ...page, items: page.items.with(at, { ...item, ...row }) } : page;
      }),
    }
  );
}

/** Take rows out that are part of another now. */
export function withoutRows(
  data: ContactPages | undefined,
  ids: ReadonlySet<string>,
): ContactPages | undefined {
  return (
    data && {
      ...data,
      pages: data.pages.map((page) => ({ ...page, items: page.items.filter(({ id }) => !ids.has(id)) })),
    }
  );
}

/** Put the rows back that were taken out since then, where they stood. */
export function withRowsBack(
  now: ContactPages | undefined,
  then: ContactPages | undefined,
): ContactPages | undefined {
  if (!now || !then) return now;
  const shown = new Set(rowsOf(now).map(({ id }) => id));
  return {
    ...now,
    pages: now.pages.map((page, number) => {
      const items = [...page.items];
      // In their order: each stands behind all that stood before it.
      then.pages[number]?.items.forEach((row, at) => {
        if (!shown.has(row.id)) items.splice(at, 0, row);
      });
      return { ...page, items };
    }),
  };
}

/** Forget all pages but the first, so that asking again costs one request. */
export function firstPageOf(data: ContactPages | undefined): ContactPages | undefined {
  return data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) };
}

/** A contact in full, as its row shows it. */
export function summaryOf(detail: ContactDetail): RowValues {
  const { fields } = detail;
  return {
    id: detail.id,
    email: fields["email"] ?? null,
    first_name: fields["first_name"] ?? null,
    last_name: fields["last_name"] ?? null,
    phone: fields["phone"] ?? null,
    company: fields["company"] ?? null,
    job_title: fields["job_title"] ?? null,
    sources: detail.sources,
    created_at: detail.created_at,
    updated_at: detail.updated_at,
    needs_review: detail.needs_review,
  };
}

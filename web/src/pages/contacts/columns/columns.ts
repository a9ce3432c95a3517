import type { Sort, ViewColumn } from "../../../api/types";

export type ColumnId =
  | "name"
  | "email"
  | "company"
  | "job_title"
  | "sources"
  | "phone"
  | "last_interaction_at"
  | "updated_at"
  | "created_at";

export interface Column {
  id: ColumnId;
  label: string;
  width: number;
  /** The orders that a click on its head leads to, the first one first. */
  sorts?: readonly [Sort, Sort];
  /** What views and files call it. */
  names: readonly ViewColumn[];
}

export const COLUMNS: readonly Column[] = [
  { id: "name", label: "Name", width: 248, sorts: ["name", "-name"], names: ["first_name", "last_name"] },
  { id: "email", label: "Email", width: 252, sorts: ["email", "-email"], names: ["email"] },
  { id: "company", label: "Company", width: 176, sorts: ["company", "-company"], names: ["company"] },
  { id: "sources", label: "Sources", width: 168, names: ["sources"] },
  {
    id: "last_interaction_at",
    label: "Last in touch",
    width: 136,
    sorts: ["-last_interaction_at", "last_interaction_at"],
    names: ["last_interaction_at"],
  },
  { id: "job_title", label: "Title", width: 184, names: ["job_title"] },
  { id: "phone", label: "Phone", width: 156, names: ["phone"] },
  {
    id: "updated_at",
    label: "Updated",
    width: 136,
    sorts: ["-updated_at", "updated_at"],
    names: ["updated_at"],
  },
  {
    id: "created_at",
    label: "First seen",
    width: 136,
    sorts: ["-created_at", "created_at"],
    names: ["created_at"],
  },
];

export const NARROWEST = 80;
export const WIDEST = 640;

/** Which columns there are, in which order, and how wide: what a person made of the table. */
export interface Layout {
  order: readonly ColumnId[];
  hidden: readonly ColumnId[];
  widths: Readonly<Partial<Record<ColumnId, number>>>;
}

export const FIRST_LAYOUT: Layout = {
  order: COLUMNS.map(({ id }) => id),
  hidden: ["updated_at", "created_at"],
  widths: {},
};

export function columnOf(id: ColumnId): Column {
  const column = COLUMNS.find((each) => each.id === id);
  if (!column) throw new Error(`there is no column ${id}`);
  return column;
}

/** The columns as they are shown. The name is what a row is called: it is always there, and first. */
export function shownColumns(layout: Layout): Column[] {
  const shown = layout.order.filter((id) => id !== "name" && !layout.hidden.includes(id));
  return (["name", ...shown] as const).map(columnOf);
}

export function widthOf(layout: Layout, id: ColumnId): number {
  return layout.widths[id] ?? columnOf(id).width;
}

export function withToggled(layout: Layout, id: ColumnId): Layout {
  const { hidden } = layout;
  return {
    ...layout,
    hidden: hidden.includes(id) ? hidden.filter((each) => each !== id) : [...hidden, id],
  };
}

/** Move a column to where another is. */
export function withMoved(layout: Layout, id: ColumnId, to: ColumnId): Layout {
  const place = layout.order.indexOf(to);
  const others = layout.order.filter((each) => each !== id);
  return { ...layout, order: [...others.slice(0, place), id, ...others.slice(place)] };
}

export function withWidth(layout: Layout, id: ColumnId, width: number): Layout {
  const bounded = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  return { ...layout, widths: { ...layout.widths, [id]: bounded } };
}

/** What a view keeps of a layout. */
export function viewColumns(layout: Layout): ViewColumn[] {
  return shownColumns(layout).flatMap(({ names }) => names);
}

/** The layout that a view's columns mean; nothing where it names none that this table has. */
export function layoutOf(names: readonly unknown[], widths: Layout["widths"] = {}): Layout | undefined {
  const shown = COLUMNS.filter(
    ({ id, names: own }) => id !== "name" && own.some((name) => names.includes(name)),
  );
  if (shown.length === 0) return undefined;
  shown.sort((one, other) => names.indexOf(one.names[0]) - names.indexOf(other.names[0]));
  const ids = shown.map(({ id }) => id);
  const hidden = COLUMNS.map(({ id }) => id).filter((id) => id !== "name" && !ids.includes(id));
  return { order: ["name", ...ids, ...hidden], hidden, widths };
}

/** Read a layout that a browser kept, maybe for an older table: what it does not know stands at the end. */
export function readLayout(told: unknown): Layout {
  if (typeof told !== "object" || told === null) return FIRST_LAYOUT;
  const { order, hidden, widths } = told as Record<string, unknown>;
  const known = idsIn(order);
  if (known.length === 0) return FIRST_LAYOUT;
  const fresh = FIRST_LAYOUT.order.filter((id) => !known.includes(id));
  const layout = {
    order: [...known, ...fresh],
    hidden: [...idsIn(hidden), ...fresh.filter((id) => FIRST_LAYOUT.hidden.includes(id))],
    widths: {},
  };
  const kept = typeof widths === "object" && widths !== null ? Object.entries(widths) : [];
  return kept.reduce<Layout>((before, [id, width]) => {
    const column = FIRST_LAYOUT.order.find((each) => each === id);
    return column && typeof width === "number" && Number.isFinite(width)
      ? withWidth(before, column, width)
      : before;
  }, layout);
}

function idsIn(told: unknown): ColumnId[] {
  if (!Array.isArray(told)) return [];
  return [...new Set(told)].filter((id): id is ColumnId => FIRST_LAYOUT.order.includes(id));
}

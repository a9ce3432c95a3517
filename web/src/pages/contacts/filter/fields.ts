import type { Condition } from "../../../api/filter";

export type FieldKind = "text" | "phone" | "provider" | "connection" | "moment" | "number" | "flag";

export interface FilterField {
  name: string;
  label: string;
  kind: FieldKind;
}

/** What lists of contacts can be narrowed by, as the interface names it. */
export const FIELDS: readonly FilterField[] = [
  { name: "name", label: "Name", kind: "text" },
  { name: "email", label: "Email", kind: "text" },
  { name: "phone", label: "Phone", kind: "phone" },
  { name: "company", label: "Company", kind: "text" },
  { name: "job_title", label: "Title", kind: "text" },
  { name: "city", label: "City", kind: "text" },
  { name: "country", label: "Country", kind: "text" },
  { name: "owner", label: "Owner", kind: "text" },
  { name: "provider", label: "Source", kind: "provider" },
  { name: "connection", label: "Account", kind: "connection" },
  { name: "sources", label: "Number of records", kind: "number" },
  { name: "has_email", label: "Has an email", kind: "flag" },
  { name: "has_phone", label: "Has a phone", kind: "flag" },
  { name: "needs_review", label: "Needs review", kind: "flag" },
  { name: "last_interaction_at", label: "Last in touch", kind: "moment" },
  { name: "updated_at", label: "Updated", kind: "moment" },
  { name: "created_at", label: "First seen", kind: "moment" },
];

/** A way to ask, as a person chooses it: the interface's operator, and its value where there is nothing to type. */
export interface Way {
  name: string;
  label: string;
  operator: string;
  /** What the condition asks for by itself. */
  value?: boolean;
}

const EMPTY: readonly Way[] = [
  { name: "is_empty", label: "is empty", operator: "is_empty", value: true },
  { name: "is_not_empty", label: "is not empty", operator: "is_empty", value: false },
];

const TEXT: readonly Way[] = [
  { name: "contains", label: "contains", operator: "contains" },
  { name: "not_contains", label: "does not contain", operator: "not_contains" },
  { name: "starts_with", label: "begins with", operator: "starts_with" },
  { name: "eq", label: "is", operator: "eq" },
  { name: "not_eq", label: "is not", operator: "not_eq" },
  ...EMPTY,
];

const CHOICE: readonly Way[] = [
  { name: "eq", label: "is", operator: "eq" },
  { name: "not_eq", label: "is not", operator: "not_eq" },
];

const WAYS: Readonly<Record<FieldKind, readonly Way[]>> = {
  text: TEXT,
  phone: TEXT,
  provider: CHOICE,
  connection: CHOICE,
  moment: [
    { name: "after", label: "since", operator: "after" },
    { name: "before", label: "before", operator: "before" },
    ...EMPTY,
  ],
  number: [
    { name: "at_least", label: "at least", operator: "at_least" },
    { name: "at_most", label: "at most", operator: "at_most" },
    { name: "eq", label: "is", operator: "eq" },
  ],
  flag: [
    { name: "yes", label: "yes", operator: "eq", value: true },
    { name: "no", label: "no", operator: "eq", value: false },
  ],
};

/** What is asked of a field that this page does not know (yet) is shown by its own name. */
export function fieldOf(name: string): FilterField {
  return FIELDS.find((field) => field.name === name) ?? { name, label: name, kind: "text" };
}

/** The ways to ask about a field; every contact was seen and updated once. */
export function waysOf({ name, kind }: FilterField): readonly Way[] {
  const always = name === "updated_at" || name === "created_at";
  return always ? WAYS[kind].filter(({ operator }) => operator !== "is_empty") : WAYS[kind];
}

/** The way that a condition asks. */
export function wayOf(condition: Condition): Way | undefined {
  const { operator, value } = condition;
  const ways = waysOf(fieldOf(condition.field)).filter((way) => way.operator === operator);
  return ways.find((way) => way.value === undefined || way.value === value) ?? ways[0];
}

/** Make a condition of what was chosen and typed; nothing while that asks for nothing. */
export function conditionOf(field: FilterField, way: Way, typed: string): Condition | undefined {
  const condition = { field: field.name, operator: way.operator };
  if (way.value !== undefined) return { ...condition, value: way.value };
  const value = typed.trim();
  if (value === "") return undefined;
  if (field.kind === "phone" && !/\d/.test(value)) return undefined;
  if (field.kind !== "number") return { ...condition, value };
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 ? { ...condition, value: number } : undefined;
}

/** What stands in the form for a condition's value. */
export function typedOf({ value }: Condition): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

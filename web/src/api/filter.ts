/** How conditions stand to each other. */
export type Combinator = "and" | "or";

/** What one field must be like. */
export interface Condition {
  field: string;
  operator: string;
  value: unknown;
}

/** Conditions, and groups of them, of which all or any must hold: as lists of contacts take it. */
export interface Group {
  combinator: Combinator;
  rules: readonly Rule[];
}

export type Rule = Condition | Group;

/** As much as the interface takes; what an address says beyond that is not looked at. */
const DEEPEST = 4;
const MOST_CONDITIONS = 20;

export function isGroup(rule: Rule): rule is Group {
  return "rules" in rule;
}

/** Count the conditions of a rule, however deep. */
export function conditionsIn(rule: Rule): number {
  return isGroup(rule) ? rule.rules.reduce((sum, each) => sum + conditionsIn(each), 0) : 1;
}

/** Read a filter from an address, which anyone may have written; nothing where it is none, or narrows nothing. */
export function readFilter(told: unknown): Group | undefined {
  const group = readGroup(told, 1);
  if (!group || group.rules.length === 0 || conditionsIn(group) > MOST_CONDITIONS) return undefined;
  return group;
}

function readGroup(told: unknown, depth: number): Group | undefined {
  if (!isRecord(told) || depth > DEEPEST) return undefined;
  const { combinator, rules } = told;
  if ((combinator !== "and" && combinator !== "or") || !Array.isArray(rules)) return undefined;
  const read = rules.map((rule) => readRule(rule, depth));
  return read.every((rule) => rule !== undefined) ? { combinator, rules: read } : undefined;
}

function readRule(told: unknown, depth: number): Rule | undefined {
  if (!isRecord(told)) return undefined;
  if ("rules" in told) return readGroup(told, depth + 1);
  const { field, operator, value } = told;
  return typeof field === "string" && typeof operator === "string" ? { field, operator, value } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

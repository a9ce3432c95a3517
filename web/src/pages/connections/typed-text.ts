import type { FormField } from "../../api/types";

/** Take what a person means out of what they typed or pasted: where a field has a suffix, often a whole address. */
export function meantIn(typed: string, field: Pick<FormField, "suffix">): string {
  const text = typed.trim();
  if (!field.suffix) return text;
  const ending = new RegExp(`${escaped(field.suffix)}/?$`, "i");
  return text.replace(/^https:\/\//i, "").replace(ending, "");
}

/** What an input lets through, as its `pattern`: all that holds a text of the field's own. */
export function typedPattern(field: Pick<FormField, "pattern" | "suffix">): string | undefined {
  if (!field.pattern) return undefined;
  const own = `(?:${field.pattern})`;
  return `\\s*${field.suffix ? `(?:https://)?${own}(?:${escaped(field.suffix)}/?)?` : own}\\s*`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

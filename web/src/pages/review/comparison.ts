import type { Suggestion } from "../../api/types";

export const COMPARED = ["first_name", "last_name", "email", "phone", "company", "job_title"] as const;

export type ComparedField = (typeof COMPARED)[number];

/** Values that a person wants to have instead of those that the rules would choose. */
export type Choices = Readonly<Partial<Record<ComparedField, string>>>;

export interface ComparedRow {
  field: ComparedField;
  left: string | null;
  right: string | null;
  /** Whether both say something, and not the same. */
  differs: boolean;
  /** What the joined record would show. */
  result: string | null;
}

/** Lay two golden records beside each other, without the fields of which neither knows anything. */
export function compare({ sides, preview }: Suggestion, choices: Choices = {}): ComparedRow[] {
  const [left, right] = sides;
  return COMPARED.flatMap((field) => {
    const one = left.contact[field] || null;
    const other = right.contact[field] || null;
    if (one === null && other === null) return [];
    const differs = one !== null && other !== null && !isAlike(one, other);
    return [
      { field, left: one, right: other, differs, result: choices[field] ?? preview.fields[field] ?? null },
    ];
  });
}

/** Only what the rules would have chosen otherwise has to be pinned. */
export function pinsOf(suggestion: Suggestion, choices: Choices): [ComparedField, string][] {
  return COMPARED.flatMap((field) => {
    const value = choices[field];
    return value === undefined || value === suggestion.preview.fields[field] ? [] : [[field, value]];
  });
}

function isAlike(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

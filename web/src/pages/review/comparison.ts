import type { ContactDetail, Suggestion } from "../../api/types";

export const COMPARED = [
  "first_name",
  "last_name",
  "email",
  "phone",
  "company",
  "job_title",
  "birth_date",
  "street",
  "postal_code",
  "city",
] as const;

export type ComparedField = (typeof COMPARED)[number];

/** Values that a person wants to have instead of those that the rules would choose. */
export type Choices = Readonly<Partial<Record<ComparedField, string>>>;

/** What the two say in a field: the same, the same written in two ways, or two things; nothing where one is silent. */
export type Likeness = "same" | "written differently" | "differs" | undefined;

export interface ComparedRow {
  field: ComparedField;
  left: string | null;
  right: string | null;
  likeness: Likeness;
  /** What the joined record would show. */
  result: string | null;
}

type Known = Pick<ContactDetail, "fields"> | undefined;

/**
 * Lay two golden records beside each other, without the fields of which neither knows anything. What a question does
 * not tell of them itself, as where they live, is taken from `details`.
 */
export function compare(
  suggestion: Suggestion,
  choices: Choices = {},
  details: readonly [Known, Known] = [undefined, undefined],
): ComparedRow[] {
  const { sides, preview } = suggestion;
  return COMPARED.flatMap((field) => {
    const [left = null, right = null] = sides.map(
      ({ contact }, side) => told(contact, field) || details[side]?.fields[field] || null,
    );
    if (left === null && right === null) return [];
    const result = choices[field] ?? preview.fields[field] ?? null;
    return [{ field, left, right, likeness: likenessOf(suggestion, field, left, right), result }];
  });
}

/** Only what the rules would have chosen otherwise has to be pinned. */
export function pinsOf(suggestion: Suggestion, choices: Choices): [ComparedField, string][] {
  return COMPARED.flatMap((field) => {
    const value = choices[field];
    return value === undefined || value === suggestion.preview.fields[field] ? [] : [[field, value]];
  });
}

function told(contact: Suggestion["sides"][0]["contact"], field: ComparedField): string | null {
  switch (field) {
    case "birth_date":
    case "street":
    case "postal_code":
    case "city":
      return null;
    default:
      return contact[field];
  }
}

/** By which evidence the rules take two values of a field for one thing. Emails are keys: two are never one. */
const TAKEN_FOR_ONE: Readonly<
  Partial<Record<ComparedField, readonly [kind: string, levels: readonly string[]]>>
> = {
  first_name: ["given", ["same", "form", "abroad"]],
  last_name: ["family", ["same"]],
  company: ["company", ["same"]],
  birth_date: ["birth", ["same", "either"]],
  street: ["place", ["door", "street"]],
  postal_code: ["place", ["door", "postal"]],
  city: ["place", ["door", "street", "postal", "city"]],
};

function likenessOf(
  { reason }: Suggestion,
  field: ComparedField,
  left: string | null,
  right: string | null,
): Likeness {
  if (left === null || right === null) return undefined;
  if (plain(left) === plain(right)) return "same";
  // Of several numbers another may agree than the two that are shown.
  if (field === "phone") return endOf(left) === endOf(right) ? "written differently" : "differs";
  const [kind, levels = []] = TAKEN_FOR_ONE[field] ?? [];
  const isOne = reason.fields?.some((share) => share.field === kind && levels.includes(share.level));
  return isOne ? "written differently" : "differs";
}

function plain(value: string): string {
  return value.trim().toLowerCase();
}

/** The last digits of a number, which are the same with a country's code and without. */
function endOf(phone: string): string {
  return phone.replaceAll(/\D/g, "").slice(-8);
}

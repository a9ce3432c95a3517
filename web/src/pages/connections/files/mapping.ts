import type { FilePreview } from "../../../api/types";

/** What a column can mean, and what people call it. */
export const FIELDS = {
  full_name: "Full name",
  first_name: "First name",
  last_name: "Last name",
  emails: "Email",
  phones: "Phone",
  company: "Company",
  job_title: "Job title",
  birth_date: "Date of birth",
  street: "Street",
  city: "City",
  postal_code: "Postal code",
  region: "Region",
  country: "Country",
  owner: "Owner",
  url: "Web address",
  created_at: "Created on",
  updated_at: "Changed on",
} as const satisfies Record<"full_name" | keyof FilePreview["contacts"][number], string>;

export type Mapping = Readonly<Record<string, string | null>>;

/** Fields that several columns may fill. */
const MANY = new Set(["emails", "phones"]);

/** Say what a column means; a field that holds one value is taken from the column that had it. */
export function mappedTo(mapping: Mapping, column: string, field: string | null): Mapping {
  const others = Object.entries(mapping).map(([other, was]) =>
    was === field && field !== null && !MANY.has(field) ? [other, null] : [other, was],
  );
  return { ...Object.fromEntries(others), [column]: field };
}

/** The first values of a column, each once. */
export function samplesOf(rows: FilePreview["rows"], column: string): string[] {
  const values = rows.map((row) => (row[column] ?? "").trim()).filter(Boolean);
  return [...new Set(values)].slice(0, 3);
}

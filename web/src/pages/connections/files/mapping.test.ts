import { expect, it } from "vitest";
import { kindOf } from "./kinds";
import { mappedTo, samplesOf } from "./mapping";

const MAPPING = { Mail: "emails", Name: "full_name", Note: null };

it.each([
  ["Note", "emails", { Mail: "emails", Name: "full_name", Note: "emails" }],
  ["Note", "full_name", { Mail: "emails", Name: null, Note: "full_name" }],
  ["Name", null, { Mail: "emails", Name: null, Note: null }],
  ["Name", "last_name", { Mail: "emails", Name: "last_name", Note: null }],
])("when %s is %s, nothing else holds what can be held once", (column, field, mapping) => {
  expect(mappedTo(MAPPING, column, field)).toEqual(mapping);
});

it("shows three different values of a column, and none that is empty", () => {
  const rows = ["a", "", " a ", "b", "c", "d"].map((value) => ({ Name: value }));

  expect(samplesOf(rows, "Name")).toEqual(["a", "b", "c"]);
  expect(samplesOf(rows, "Other")).toEqual([]);
});

const KINDS = [
  { provider: "csv_file", path: "/connections/csv", endings: [".csv", ".tsv", ".txt"] },
  { provider: "vcard_file", path: "/connections/vcard", endings: [".vcf"] },
];

it.each([
  ["people.csv", "csv_file"],
  ["PEOPLE.TSV", "csv_file"],
  ["people", "csv_file"],
  ["people.VCF", "vcard_file"],
])("takes %s for a %s", (name, provider) => {
  expect(kindOf({ name }, KINDS)?.provider).toBe(provider);
});

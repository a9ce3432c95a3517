import { expect, test } from "vitest";
import { sourceWords } from "./source-words";

const LABELS: Readonly<Record<string, string>> = { pipedrive: "Pipedrive" };
const labelOf = (name: string) => LABELS[name] ?? name;

test.each([
  ["Ada · Countess · pipedrive · 2025-02-02", "Ada · Countess · Pipedrive · Feb 2, 2025"],
  ["Ada Lovelace · pipedrive", "Ada Lovelace · Pipedrive"],
  ["Ada Lovelace", "Ada Lovelace"],
])("a record named %j is shown as %j", (title, words) => {
  expect(sourceWords(title, labelOf)).toBe(words);
});

import { expect, test } from "vitest";
import type { ContactSummary, Suggestion } from "../../api/types";
import { compare, pinsOf } from "./comparison";

const NOBODY: ContactSummary = {
  id: "1",
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  company: null,
  job_title: null,
  sources: [],
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  needs_review: true,
};

function asked(left: Partial<ContactSummary>, right: Partial<ContactSummary>, fields = {}): Suggestion {
  const record = { connection_id: "c", provider: "hubspot", provider_id: "1" };
  const side = (contact: Partial<ContactSummary>) => ({
    contact: { ...NOBODY, ...contact },
    record,
    members: [record],
    left_off: 0,
  });
  return {
    id: "s",
    strength: 40,
    sentence: "",
    sides: [side(left), side(right)],
    reason: {
      rule: "",
      value: "",
      strength: 40,
      sentence: "",
      records: [],
      joined: false,
      fields: [],
      guards: [],
      left_off: 0,
    },
    preview: { id: "1", fields, emails: [], phones: [] },
    version: "v",
  };
}

test("what two records say is laid side by side, with what would be shown", () => {
  const rows = compare(
    asked(
      { first_name: "Ann", company: "Acme" },
      { first_name: "Anne" },
      { first_name: "Anne", company: "Acme" },
    ),
  );
  expect(rows).toEqual([
    { field: "first_name", left: "Ann", right: "Anne", differs: true, result: "Anne" },
    { field: "company", left: "Acme", right: null, differs: false, result: "Acme" },
  ]);
});

test("capitals and spaces around make no difference", () => {
  const [row] = compare(asked({ email: "Ann@Acme.test " }, { email: "ann@acme.test" }));
  expect(row?.differs).toBe(false);
});

test("a choice is shown as the result", () => {
  const suggestion = asked({ first_name: "Ann" }, { first_name: "Anne" }, { first_name: "Anne" });
  expect(compare(suggestion, { first_name: "Ann" })[0]?.result).toBe("Ann");
});

test("only what the rules would not choose by themselves is pinned", () => {
  const suggestion = asked({}, {}, { first_name: "Anne", company: "Acme" });
  expect(pinsOf(suggestion, { first_name: "Anne", company: "Acme Ltd" })).toEqual([["company", "Acme Ltd"]]);
});

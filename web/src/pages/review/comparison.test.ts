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
    { field: "first_name", left: "Ann", right: "Anne", likeness: "differs", result: "Anne" },
    { field: "company", left: "Acme", right: null, likeness: undefined, result: "Acme" },
  ]);
});

test("capitals and spaces around make no difference", () => {
  const [row] = compare(asked({ email: "Ann@Acme.test " }, { email: "ann@acme.test" }));
  expect(row?.likeness).toBe("same");
});

test("what the rules take for one is only written differently", () => {
  const question = asked(
    { first_name: "Тарас", company: "Stone Labs", phone: "+380.671.740.7414" },
    { first_name: "Taras", company: "Mill Works", phone: "0671 7407414" },
  );
  const given = { field: "given", level: "same", strength: 59, sentence: "same first name" };
  question.reason.fields = [given, { ...given, field: "company", level: "differs", strength: -20 }];

  expect(compare(question).map(({ field, likeness }) => [field, likeness])).toEqual([
    ["first_name", "written differently"],
    ["phone", "written differently"],
    ["company", "differs"],
  ]);
});

test("what a question does not tell itself is taken from the records", () => {
  const rows = compare(asked({}, {}, { city: "Stockholm" }), {}, [
    { fields: { street: "Gardengatan 112" } },
    { fields: { city: "Stockholm", street: "Gårdengatan 112" } },
  ]);

  expect(rows.map(({ field, left, right }) => [field, left, right])).toEqual([
    ["street", "Gardengatan 112", "Gårdengatan 112"],
    ["city", null, "Stockholm"],
  ]);
});

test("a choice is shown as the result", () => {
  const suggestion = asked({ first_name: "Ann" }, { first_name: "Anne" }, { first_name: "Anne" });
  expect(compare(suggestion, { first_name: "Ann" })[0]?.result).toBe("Ann");
});

test("only what the rules would not choose by themselves is pinned", () => {
  const suggestion = asked({}, {}, { first_name: "Anne", company: "Acme" });
  expect(pinsOf(suggestion, { first_name: "Anne", company: "Acme Ltd" })).toEqual([["company", "Acme Ltd"]]);
});

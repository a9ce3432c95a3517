import { expect, test } from "vitest";
import type { ContactDetail, PossibleAction } from "../../api/types";
import { updateOf, writePlaces } from "./write-places";

const SALES = { connection_id: "a", provider: "hubspot", provider_id: "1" };
const HELP = { connection_id: "b", provider: "zendesk", provider_id: "2" };
const SEEN = { first_seen_at: "2026-01-01T00:00:00Z" };

const CONTACT: Pick<ContactDetail, "sources" | "lineage"> = {
  sources: [
    { ...SALES, ...SEEN },
    { ...HELP, ...SEEN },
  ],
  lineage: {
    job_title: { rule: "latest", chosen: { ...SALES, value: "Engineer" }, losers: [] },
    company: {
      rule: "pinned",
      pin: 3,
      chosen: { ...SALES, value: "Set by hand" },
      losers: [{ ...SALES, value: "Acme" }],
    },
  },
};

const update = (...fields: string[]): PossibleAction[] => [
  { kind: "update_contact", says: "", fields, lacks: [], only_noted: false },
];

test("a field can be written where the account takes it, over what the record says", () => {
  const possible = new Map([
    ["a", update("job_title", "company")],
    ["b", update("job_title")],
  ]);

  const places = writePlaces(CONTACT, "job_title", possible);

  expect(places.map(({ source, before }) => [source.provider, before])).toEqual([
    ["hubspot", "Engineer"],
    ["zendesk", null],
  ]);
  expect(writePlaces(CONTACT, "birth_date", possible)).toEqual([]);
});

test("an account that lacks a permission, or is not connected, is no place to write to", () => {
  const lacking = update("job_title").map((possible) => ({ ...possible, lacks: ["write"] }));

  expect(writePlaces(CONTACT, "job_title", new Map([["a", lacking]]))).toEqual([]);
});

test("of a value that was set by hand the record's own is what is expected there", () => {
  const [place] = writePlaces(CONTACT, "company", new Map([["a", update("company")]]));

  expect(place && updateOf("company", place, "Acme Ltd")).toEqual({
    kind: "update_contact",
    contact_id: "1",
    changes: { company: "Acme Ltd" },
    expected: { company: "Acme" },
  });
});

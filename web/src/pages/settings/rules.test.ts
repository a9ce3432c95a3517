import { expect, test } from "vitest";
import type { Rules } from "../../api/types";
import { changedRules, isOutdated, movedUp, saidOf, triedOut } from "./rules";

const HELD: Rules = {
  version: 1,
  region: "DE",
  join: 120,
  suggest: 40,
  blocked: ["info@acme.test"],
  survivorship: { company: "longest", url: "most_frequent" },
  priority: ["hubspot", "zendesk"],
  learned: false,
};

function filled(changes: Record<string, string> = {}): FormData {
  const form = new FormData();
  const shown = {
    region: "DE",
    join: "12",
    suggest: "4",
    blocked: "info@acme.test",
    priority: "hubspot\nzendesk",
    "rule-company": "longest",
    ...changes,
  };
  for (const [name, value] of Object.entries(shown)) form.set(name, value);
  return form;
}

test("a form that was left as it is changes nothing", () => {
  expect(changedRules(HELD, filled())).toBeNull();
});

test("only what was changed is sent", () => {
  expect(changedRules(HELD, filled({ join: "13.5" }))).toEqual({ join: 135 });
  expect(changedRules(HELD, filled({ region: " " }))).toEqual({ region: null });
  expect(
    changedRules(HELD, filled({ blocked: "info@acme.test\n\nsales@acme.test\nsales@acme.test" })),
  ).toEqual({
    blocked: ["info@acme.test", "sales@acme.test"],
  });
});

test("the rule of a field the form does not show stays", () => {
  expect(changedRules(HELD, filled({ "rule-company": "latest", "rule-city": "most_frequent" }))).toEqual({
    survivorship: { url: "most_frequent", city: "most_frequent" },
  });
});

test("a name is moved forward, and the first nowhere", () => {
  expect(movedUp(["a", "b", "c"], "c")).toEqual(["a", "c", "b"]);
  expect(movedUp(["a", "b", "c"], "a")).toEqual(["a", "b", "c"]);
});

test("what a version holds is said in short", () => {
  expect(saidOf(HELD)).toBe(
    "join from 12, ask from 4 bits, phones of DE, 1 blocked email, 2 fields by another rule",
  );
  expect(
    saidOf({ ...HELD, region: null, blocked: [], survivorship: { city: "latest" }, learned: true }),
  ).toBe("join from 12, ask from 4 bits, learned from the records");
});

test("a preview says how far it is, and whether it still compares with what holds", () => {
  expect(triedOut({ state: "weighing", done: 1200, total: 3000 })).toEqual({
    words: "1,200 of 3,000 records tried",
    value: 1200,
  });
  expect(triedOut({ state: "learning", done: 0, total: 0 }).value).toBeUndefined();
  expect(isOutdated({ based_on: 2 }, 2)).toBe(false);
  expect(isOutdated({ based_on: 2 }, 3)).toBe(true);
});

import { expect, test } from "vitest";
import type { Rules } from "../../api/types";
import { changedRules } from "./rules";

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

import { expect, test } from "vitest";
import { editablesOf, editedInput } from "./editing";

const UPDATE = { contact_id: "7", provider: "hubspot", changes: { job_title: "Countess", city: null } };
const MAIL = { contact_id: "7", subject: "Hello", body: "Dear Ada,\nhow are you?" };
const MERGE = { contact_ids: ["7", "8"] };

test("words can be edited, but not whom and where they are about", () => {
  expect(editablesOf(UPDATE)).toEqual([{ path: ["changes", "job_title"], value: "Countess", isLong: false }]);
  expect(editablesOf(MAIL).map(({ path, isLong }) => [path.join("."), isLong])).toEqual([
    ["subject", false],
    ["body", true],
  ]);
  expect(editablesOf(MERGE)).toEqual([]);
  expect(editablesOf(undefined)).toEqual([]);
});

test("what was edited takes its place, and all else stays", () => {
  const form = new FormData();
  form.set("changes.job_title", " Baroness ");
  form.set("contact_id", "8");

  expect(editedInput(UPDATE, form)).toEqual({
    contact_id: "7",
    provider: "hubspot",
    changes: { job_title: "Baroness", city: null },
  });
});

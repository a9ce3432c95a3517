import { expect, test } from "vitest";
import { editablesOf, editedInput, localTime } from "./editing";

const UPDATE = { contact_id: "7", provider: "hubspot", changes: { job_title: "Countess", city: null } };
const MAIL = { contact_id: "7", subject: "Hello", body: "Dear Ada,\nhow are you?" };
const MERGE = { contact_ids: ["7", "8"] };

test("words can be edited, but not whom and where they are about", () => {
  expect(editablesOf({ ...UPDATE, account: "Acme" })).toEqual([
    { path: ["changes", "job_title"], value: "Countess", isLong: false, isMoment: false },
  ]);
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

test("a moment is chosen in the reader's own time, and stays as it was where it was not touched", () => {
  const meeting = {
    title: "Talk",
    starts_at: "2026-12-01T10:00:00+00:00",
    ends_at: "2026-12-01T10:30:00+00:00",
  };
  const form = new FormData();
  form.set("starts_at", localTime("2026-12-02T09:15:00Z"));
  form.set("ends_at", localTime(meeting.ends_at));

  expect(editablesOf(meeting).map(({ isMoment }) => isMoment)).toEqual([false, true, true]);
  expect(editedInput(meeting, form)).toEqual({ ...meeting, starts_at: "2026-12-02T09:15:00.000Z" });
});

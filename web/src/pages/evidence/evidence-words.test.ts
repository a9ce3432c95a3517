import { expect, test } from "vitest";
import { type Edge, evidenceIn, plainly, questionOf, type Share, weightOf } from "./evidence-words";

const share = (field: string, level: string, strength: number): Share => ({
  field,
  level,
  strength,
  sentence: `same ${field}: +1.0 bits`,
});

const REASON: Edge = {
  rule: "alike",
  value: "",
  strength: 152,
  sentence: "",
  records: [],
  joined: false,
  fields: [],
  guards: [],
  left_off: 0,
};

test.each([
  ["same first name: +5.9 bits", "Same first name"],
  ["different phone numbers: -1.3 bits", "Different phone numbers"],
  ["much in common: +15.2 bits, where +3.0 bits are enough to join", "Much in common"],
  ["same email: ada@8.bits.example", "Same email: ada@8.bits.example"],
])("%j is said plainly as %j", (sentence, words) => {
  expect(plainly(sentence)).toBe(words);
});

test.each([
  [141, "speaks strongly for it"],
  [59, "speaks for it"],
  [-13, "speaks against it"],
  [-120, "speaks strongly against it"],
])("a strength of %d %s", (strength, words) => {
  expect(weightOf(strength)).toBe(words);
});

test("evidence comes strongest first, and what holds of any two records is none", () => {
  const fields = [share("prior", "", -170), share("phone", "differs", -13), share("place", "door", 141)];

  expect(evidenceIn({ fields }).map(({ field }) => field)).toEqual(["place", "phone"]);
});

test("a question says what is in common, and why that is not enough", () => {
  const sentence = "much in common: +15.2 bits, where +3.0 bits are enough to join";
  const guards = [{ kind: "namesakes", sentence: "they may be namesakes", records: [] }];

  expect(questionOf({ sentence, reason: { ...REASON, guards } })).toBe(
    "Much in common. You are asked all the same: they may be namesakes.",
  );
  expect(
    questionOf({
      sentence: "something in common: +1.0 bits, where it takes +3.0 bits to join without asking",
      reason: REASON,
    }),
  ).toBe("Something in common, but not enough to join them unasked.");
});

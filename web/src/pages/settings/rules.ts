import type { Rules, RulesPreview, RulesVersion, RulesWish } from "../../api/types";
import { textIn } from "../../ui/form-text";
import { count, counted } from "../../ui/format";

export type SurvivorshipRule = Rules["survivorship"][string];

/** Fields whose value can be chosen by another rule than the latest. */
export const CHOSEN_FIELDS = [
  "first_name",
  "last_name",
  "email",
  "phone",
  "company",
  "job_title",
  "birth_date",
  "street",
  "city",
  "postal_code",
  "region",
  "country",
  "owner",
] as const;

/** What of the rules was changed in the form; nothing where all is as it was. */
export function changedRules(rules: Rules, form: FormData): RulesWish | null {
  const wish: RulesWish = {};
  const region = textIn(form, "region").trim().toUpperCase() || null;
  if (region !== rules.region) wish.region = region;
  const join = tenths(textIn(form, "join"));
  if (join !== null && join !== rules.join) wish.join = join;
  const suggest = tenths(textIn(form, "suggest"));
  if (suggest !== null && suggest !== rules.suggest) wish.suggest = suggest;
  const blocked = linesOf(textIn(form, "blocked"));
  if (!isEqual(blocked, rules.blocked)) wish.blocked = blocked;
  const priority = linesOf(textIn(form, "priority"));
  if (!isEqual(priority, rules.priority)) wish.priority = priority;
  const survivorship = survivorshipIn(form, rules);
  if (!isSame(survivorship, rules.survivorship)) wish.survivorship = survivorship;
  return Object.keys(wish).length > 0 ? wish : null;
}

function survivorshipIn(form: FormData, rules: Rules): Rules["survivorship"] {
  // Rules of fields that the form does not show stay.
  const chosen: Rules["survivorship"] = { ...rules.survivorship };
  for (const field of CHOSEN_FIELDS) {
    const rule = textIn(form, `rule-${field}`);
    if (isRule(rule) && rule !== "latest") chosen[field] = rule;
    else delete chosen[field];
  }
  return chosen;
}

export const RULES: readonly { value: SurvivorshipRule; label: string }[] = [
  { value: "latest", label: "Written last" },
  { value: "source_priority", label: "Most trusted source" },
  { value: "most_frequent", label: "Most frequent" },
  { value: "longest", label: "Longest" },
];

/** Move a name one place forward. */
export function movedUp(names: readonly string[], name: string): string[] {
  const others = names.filter((each) => each !== name);
  return others.toSpliced(Math.max(0, names.indexOf(name) - 1), 0, name);
}

/** Say in short what a version of the rules holds. */
export function saidOf(
  version: Omit<RulesVersion, "version" | "held_from" | "made_by" | "restores">,
): string {
  const others = Object.values(version.survivorship).filter((rule) => rule !== "latest").length;
  return [
    `join from ${version.join / 10}, ask from ${version.suggest / 10} bits`,
    version.region && `phones of ${version.region}`,
    version.blocked.length > 0 && counted(version.blocked.length, "blocked email"),
    others > 0 && `${counted(others, "field")} by another rule`,
    version.learned && "learned from the records",
  ]
    .filter(Boolean)
    .join(", ");
}

/** Whether other rules hold than those that a preview is compared with. */
export function isOutdated({ based_on }: Pick<RulesPreview, "based_on">, version: number): boolean {
  return based_on !== version;
}

/** How far a preview is; without a value nobody can tell yet. */
export function triedOut({ state, done, total }: Pick<RulesPreview, "state" | "done" | "total">): {
  words: string;
  value?: number;
} {
  switch (state) {
    case "learning":
      return { words: "Learning from the records what evidence is worth …" };
    case "waiting":
      return { words: "Waiting until everything is settled by the rules that hold …" };
    case "weighing":
    case "done":
      return { words: `${count(done)} of ${count(total)} records tried`, value: done };
  }
}

function isRule(text: string): text is SurvivorshipRule {
  return RULES.some(({ value }) => value === text);
}

/** The interface counts in tenths of a bit, people in bits. */
function tenths(bits: string): number | null {
  const number = Number(bits);
  return bits.trim() === "" || !Number.isFinite(number) ? null : Math.round(number * 10);
}

function linesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim()))].filter(Boolean);
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

function isSame(one: Rules["survivorship"], other: Rules["survivorship"]): boolean {
  const said = (rules: Rules["survivorship"]) =>
    Object.entries(rules)
      .filter(([, rule]) => rule !== "latest")
      .map(([field, rule]) => `${field}=${rule}`)
      .sort();
  return isEqual(said(one), said(other));
}

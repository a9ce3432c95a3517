import type { Suggestion } from "../../api/types";
import { begun } from "../../ui/format";

export type Edge = Suggestion["reason"];
/** Without the values that were compared: the client's types lose that they are two. */
export type Share = Omit<NonNullable<Edge["fields"]>[number], "values">;

/** In tenths of a bit: from here on a field alone makes one person a thousand times as likely, or as unlikely. */
const STRONG = 100;

/** What a sentence of the interface adds for who counts: " : +5.9 bits, where …". */
const FIGURES = /: [+−-]?\d+(\.\d+)? bits(, .*)?$/;

/** A sentence about evidence without its figures. */
export function plainly(sentence: string): string {
  return begun(sentence.replace(FIGURES, ""));
}

/** How much something speaks for two records being one person. */
export function weightOf(strength: number): string {
  if (strength >= STRONG) return "speaks strongly for it";
  if (strength > 0) return "speaks for it";
  return strength > -STRONG ? "speaks against it" : "speaks strongly against it";
}

/** What was compared, the strongest first; what holds of any two records is no evidence of these. */
export function evidenceIn({ fields = [] }: { fields?: readonly Share[] }): Share[] {
  return fields
    .filter(({ level, strength }) => level !== "" && strength !== 0)
    .toSorted((one, other) => other.strength - one.strength);
}

/** Why people are asked: what the two have in common, and what keeps that from being enough. */
export function questionOf({ sentence, reason }: Pick<Suggestion, "sentence" | "reason">): string {
  const [guard] = reason.guards ?? [];
  if (!guard) return `${plainly(sentence)}, but not enough to join them unasked.`;
  return `${plainly(sentence)}. You are asked all the same: ${guard.sentence}.`;
}

import type { HistoryEntry } from "../../api/types";
import { counted, inWords } from "../../ui/format";

/** Say what happened in an entry of the history. */
export function titleOf({ kind, sides = [], verdict, field, value }: HistoryEntry): string {
  switch (kind) {
    case "joined":
      return `${counted(recordsIn(sides), "record")} joined`;
    case "parted":
      return `${counted(recordsIn(sides), "record")} parted`;
    case "decided":
      return verdict === "same"
        ? "Said to be the same person"
        : verdict === "different"
          ? "Said to be different people"
          : "A word taken back";
    case "pinned":
      return `${inWords(field ?? "value")} set to “${value ?? ""}”`;
    case "unpinned":
      return `${inWords(field ?? "value")} left to the sources again`;
  }
}

/** How many records lie on all sides: each side may be several already. */
function recordsIn(sides: HistoryEntry["sides"]): number {
  return sides.reduce((sum, { sources }) => sum + sources.length, 0);
}

/** Say who did it. */
export function whoOf({ by }: Pick<HistoryEntry, "by">, me: string | undefined): string {
  if (!by) return "By the rules";
  return by === me ? "By you" : "By another member";
}

/**
 * Say each reason once: one email may hold many records together. A value comes with its kind, `email:…`. Of what
 * somebody said here, who it was says enough.
 */
export function reasonsOf({ edges = [], by }: HistoryEntry): string {
  const told = by ? edges.filter(({ rule }) => !isWord(rule)) : edges;
  return [...new Set(told.map(reasonOf))].join(", ");
}

function reasonOf({ rule, value }: HistoryEntry["edges"][number]): string {
  if (isWord(rule)) return "what somebody said";
  if (rule === "alike") return "all that they have in common";
  return `the ${inWords(rule).toLowerCase()} ${value.replace(/^[a-z_]+:/, "")}`;
}

function isWord(rule: string): boolean {
  return rule.startsWith("decided");
}

/** Whether it can be taken back: it was not yet, and is not itself only a taking back. */
export function isUndoable({ undone_by, undoes = [] }: HistoryEntry): boolean {
  return (undone_by ?? null) === null && undoes.length === 0;
}

import type { HistoryEntry } from "../../api/types";
import { counted, inWords } from "../../ui/format";

/** Say what happened in an entry of the history. */
export function titleOf({ kind, sides = [], verdict, field, value }: HistoryEntry): string {
  switch (kind) {
    case "joined":
      return `${counted(sides.length, "record")} joined`;
    case "parted":
      return `${counted(sides.length, "record")} parted`;
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

/** Say who did it. */
export function whoOf({ by }: Pick<HistoryEntry, "by">, me: string | undefined): string {
  if (!by) return "By the rules";
  return by === me ? "By you" : "By another member";
}

/** Say each reason once: one email may hold many records together. A value comes with its kind, `email:…`. */
export function reasonsOf({ edges = [] }: HistoryEntry): string {
  const reasons = new Set(
    edges.map((edge) =>
      edge.rule.startsWith("decided")
        ? "what somebody said"
        : `the ${inWords(edge.rule).toLowerCase()} ${edge.value.replace(/^[a-z_]+:/, "")}`,
    ),
  );
  return [...reasons].join(", ");
}

/** Whether it can be taken back: it was not yet, and is not itself only a taking back. */
export function isUndoable({ undone_by, undoes = [] }: HistoryEntry): boolean {
  return (undone_by ?? null) === null && undoes.length === 0;
}

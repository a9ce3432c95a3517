import type { Proposal } from "../../api/types";

/** So long after a yes somebody may still be at it; the server takes another one only after that. */
export const AT_IT_MS = 45_000;

/** Whether what was approved may be asked for again, which finds out what came of it and does nothing twice. */
export function canGoOn({ state, decided_at }: Pick<Proposal, "state" | "decided_at">, now: number): boolean {
  return state === "running" && decided_at !== null && Date.parse(decided_at) + AT_IT_MS < now;
}

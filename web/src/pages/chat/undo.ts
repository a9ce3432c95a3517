import { useQueries } from "@tanstack/react-query";
import { undoAction } from "../../api/actions";
import { undoEntry } from "../../api/history";
import { actionStandingQuery, entryStandingQuery, type Standing } from "../../api/undone";

/** What became of a step that was approved, as far as a page shows it. */
export interface DoneStep {
  says: string;
  state: string;
  detail?: string | null;
  /** What really happened there. */
  effect?: string | null;
  undo?: string | null;
  url?: string | null;
}

const ENTRY = /^\/history\/(\d+)\/undo$/;
const ACTION = /^\/actions\/([0-9a-f-]{36})\/undo$/;

/** The steps of an outcome, which the description leaves open. */
export function stepsOf(outcome: unknown): DoneStep[] {
  if (typeof outcome !== "object" || outcome === null || !("steps" in outcome)) return [];
  return Array.isArray(outcome.steps) ? outcome.steps.filter(isStep) : [];
}

function isStep(step: unknown): step is DoneStep {
  return (
    typeof step === "object" &&
    step !== null &&
    "says" in step &&
    typeof step.says === "string" &&
    "state" in step &&
    typeof step.state === "string"
  );
}

/**
 * How a step that was done is taken back, which then says how far that came; nothing where it cannot be, or the address
 * is none of those we know.
 */
export function undoOf({ undo }: DoneStep): (() => Promise<string>) | undefined {
  const number = undo?.match(ENTRY)?.[1];
  if (number) return () => undoEntry(Number(number)).then(() => "Undone");
  const action = undo?.match(ACTION)?.[1];
  return action ? () => undoAction(action) : undefined;
}

/** Whether each step still stands, as its service says, be it undone here or anywhere; of the others nothing. */
export function useStandings(steps: readonly DoneStep[]): readonly (Standing | undefined)[] {
  return useQueries({ queries: steps.map(standingQuery), combine: dataOf });
}

function standingQuery({ undo }: DoneStep) {
  const number = undo?.match(ENTRY)?.[1];
  if (number) return entryStandingQuery(Number(number));
  const action = undo?.match(ACTION)?.[1];
  return { ...actionStandingQuery(action ?? ""), enabled: action !== undefined };
}

function dataOf(results: readonly { data: Standing | undefined }[]): readonly (Standing | undefined)[] {
  return results.map(({ data }) => data);
}

/** Whether all that was done was undone since. */
export function areUndone(steps: readonly DoneStep[], standings: readonly (Standing | undefined)[]): boolean {
  const done = steps.flatMap(({ state }, at) => (state === "succeeded" ? [standings[at]] : []));
  return done.length > 0 && done.every((standing) => standing === "undone");
}

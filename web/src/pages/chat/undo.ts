import { answered, api } from "../../api/client";

/** What became of a step that was approved, as far as a page shows it. */
export interface DoneStep {
  says: string;
  state: string;
  detail?: string | null;
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

/** How a step that was done is taken back; nothing where it cannot be, or the address is none of those we know. */
export function undoOf({ undo }: DoneStep): (() => Promise<unknown>) | undefined {
  const number = undo?.match(ENTRY)?.[1];
  if (number) {
    const params = { path: { number: Number(number) } };
    return () => answered<unknown>(api.POST("/history/{number}/undo", { params, body: { dry_run: false } }));
  }
  const action_id = undo?.match(ACTION)?.[1];
  if (!action_id) return undefined;
  return () => answered<unknown>(api.POST("/actions/{action_id}/undo", { params: { path: { action_id } } }));
}

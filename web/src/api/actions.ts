import { answered, api } from "./client";
import { newId } from "./new-id";
import { Problem } from "./problem";
import type { Action } from "./types";

const ASKED_EVERY_MS = 400;
/** One that a rate limit holds up goes on by itself; nobody waits for that. */
const WAITED_MS = 20_000;

/** Have something done in an account, and wait a while for what comes of it. */
export async function act(connection_id: string, action: Action["action"]): Promise<Action> {
  const params = { header: { "Idempotency-Key": newId() } };
  return whenEnded(await answered(api.POST("/actions", { params, body: { connection_id, action } })));
}

/** Take back what an action wrote, and say how far that came. Throws a `Problem` if it was not done. */
export async function undoAction(action_id: string): Promise<string> {
  const asked = await answered(api.POST("/actions/{action_id}/undo", { params: { path: { action_id } } }));
  return undoneWords(await whenEnded(asked));
}

/** Say what became of an undoing; only what has ended well is undone. Throws a `Problem` if it did not end well. */
export function undoneWords({ state, problem }: Pick<Action, "state" | "problem">): string {
  if (state === "succeeded") return "Undone";
  if (state === "queued" || state === "running") return "The undoing is on its way";
  throw new Problem({ status: 409, slug: `action-${state}`, message: problem ?? REFUSED[state] });
}

const REFUSED: Readonly<Record<"failed" | "conflict", string>> = {
  failed: "It was not taken back.",
  conflict: "It was changed there meanwhile, and was left as it is.",
};

async function whenEnded(action: Action): Promise<Action> {
  const until = Date.now() + WAITED_MS;
  let seen = action;
  while ((seen.state === "queued" || seen.state === "running") && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
    seen = await answered(api.GET("/actions/{action_id}", { params: { path: { action_id: action.id } } }));
  }
  return seen;
}

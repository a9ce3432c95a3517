import { answered, api } from "./client";
import type { Action } from "./types";

const ASKED_EVERY_MS = 400;
/** One that a rate limit holds up goes on by itself; nobody waits for that. */
const WAITED_MS = 20_000;

/** Have something done in an account, and wait a while for what comes of it. */
export async function act(connection_id: string, action: Action["action"]): Promise<Action> {
  const params = { header: { "Idempotency-Key": crypto.randomUUID() } };
  return whenEnded(await answered(api.POST("/actions", { params, body: { connection_id, action } })));
}

/** Take back what an action wrote. Throws if that was not done. */
export async function undoAction(action_id: string): Promise<void> {
  const asked = await answered(api.POST("/actions/{action_id}/undo", { params: { path: { action_id } } }));
  const { state, problem } = await whenEnded(asked);
  if (state === "failed" || state === "conflict") throw new Error(problem ?? "It was not taken back.");
}

async function whenEnded(action: Action): Promise<Action> {
  const until = Date.now() + WAITED_MS;
  let seen = action;
  while ((seen.state === "queued" || seen.state === "running") && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
    seen = await answered(api.GET("/actions/{action_id}", { params: { path: { action_id: action.id } } }));
  }
  return seen;
}

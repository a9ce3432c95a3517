import { answered, api } from "./client";
import type { Outcome } from "./types";

/** Take back what an entry of the history tells of, or see what that would lead to. */
export function undoEntry(number: number, { dryRun = false } = {}): Promise<Outcome> {
  const params = { path: { number } };
  return answered<Outcome>(api.POST("/history/{number}/undo", { params, body: { dry_run: dryRun } }));
}

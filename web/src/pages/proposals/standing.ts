import type { Proposal } from "../../api/types";
import type { Standing } from "../../ui/state-pill";
import type { DoneStep } from "../chat/undo";

const STANDINGS = {
  open: { tone: "info", words: "Waits for you" },
  running: { tone: "info", words: "Being done" },
  done: { tone: "good", words: "Done" },
  failed: { tone: "bad", words: "Not all was done" },
  refused: { tone: "warn", words: "Refused" },
  expired: { tone: "warn", words: "Expired" },
} as const;

/** How a proposal stands: what was undone since is not done, and where nothing was done not some of it was. */
export function standingOf(
  state: Proposal["state"],
  steps: readonly DoneStep[],
  isUndone: boolean,
): Standing {
  if (state === "done" && isUndone) return { tone: "info", words: "Undone since" };
  const isNothing = steps.length > 0 && steps.every((step) => !["succeeded", "waiting"].includes(step.state));
  if (state === "failed" && isNothing) return { tone: "bad", words: "Not done" };
  return STANDINGS[state];
}

import { isToolUIPart } from "ai";
import type { ChatMessage } from "./parts";

/**
 * What was said before the turn under way began. Its stream tells it from the beginning, and what the server had kept
 * of it would stand there twice.
 */
export function beforeTurn(messages: readonly ChatMessage[]): ChatMessage[] {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return [...messages];
  const decided = last.parts.findLastIndex(
    (part) => isToolUIPart(part) && part.approval?.approved !== undefined,
  );
  if (decided === -1) return messages.slice(0, -1);
  const next = last.parts.findIndex(({ type }, at) => at > decided && type === "step-start");
  const parts = last.parts.slice(0, next === -1 ? undefined : next).map(asDecided);
  return [...messages.slice(0, -1), { ...last, parts }];
}

/** A proposal as it was when somebody had just decided: what was done comes anew. */
function asDecided(part: ChatMessage["parts"][number]): ChatMessage["parts"][number] {
  if (!isToolUIPart(part) || part.approval?.approved === undefined) return part;
  const { toolCallId, input, approval } = part;
  const { id, approved } = approval;
  return {
    type: part.type as `tool-${string}`,
    toolCallId,
    input,
    state: "approval-responded",
    approval: { id, approved },
  };
}

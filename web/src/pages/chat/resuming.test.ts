import { expect, it } from "vitest";
import type { ChatMessage } from "./parts";
import { beforeTurn } from "./resuming";

const QUESTION: ChatMessage = { id: "u1", role: "user", parts: [{ type: "text", text: "Who?" }] };
const PROPOSED = { type: "tool-updateContact", toolCallId: "c1", input: {} } as const;

function answer(...parts: ChatMessage["parts"]): ChatMessage {
  return { id: "a1", role: "assistant", parts };
}

it("lets go of what was kept of an answer whose stream tells it from the beginning", () => {
  const half = answer({ type: "step-start" }, { ...PROPOSED, state: "input-streaming" });

  expect(beforeTurn([QUESTION, half])).toEqual([QUESTION]);
  expect(beforeTurn([QUESTION])).toEqual([QUESTION]);
});

it("keeps an answer up to the decision that the turn began with", () => {
  const approval = { id: "p1", approved: true } as const;
  const done = answer(
    { type: "step-start" },
    { type: "text", text: "I can." },
    { ...PROPOSED, state: "output-available", output: {}, approval },
    { type: "step-start" },
    { type: "text", text: "Do" },
  );

  expect(beforeTurn([QUESTION, done])).toEqual([
    QUESTION,
    answer(
      { type: "step-start" },
      { type: "text", text: "I can." },
      { ...PROPOSED, state: "approval-responded", approval },
    ),
  ]);
});

import type { Chat } from "@ai-sdk/react";
import { useQueryClient } from "@tanstack/react-query";
import { isToolUIPart } from "ai";
import { useEffect, useEffectEvent, useRef } from "react";
import { threadKey } from "../../api/assistant";
import type { LiveEvent } from "../../live/events";
import { useLive } from "../../live/use-live";
import { readThread } from "./chats";
import type { ChatMessage } from "./parts";

/** Whether an event tells, or something that was missed may, what became of a proposal of a conversation. */
export function concerns(messages: readonly ChatMessage[], event: LiveEvent): boolean {
  switch (event.name) {
    case "ready":
    case "resync":
      return awaited(messages).size > 0;
    case "proposal.ended": {
      const ids = awaited(messages);
      return event.items.some(({ proposal_id }) => ids.has(proposal_id));
    }
    default:
      return false;
  }
}

/** The proposals that are not known to be over: also of what failed nobody may have heard in time. */
function awaited(messages: readonly ChatMessage[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const part of messages.flatMap(({ parts }) => parts)) {
    if (!isToolUIPart(part) || !part.approval) continue;
    if (part.state !== "output-available" && part.state !== "output-denied") ids.add(part.approval.id);
  }
  return ids;
}

/**
 * Has an open conversation say what became of its proposals when nobody waits for it any more. A turn that is under way
 * tells its own; whatever it did not is looked for after it.
 */
export function useOutcomes(talk: Chat<ChatMessage>, isBusy: boolean): void {
  const client = useQueryClient();
  const isDue = useRef(false);
  const look = useEffectEvent(async () => {
    if (isBusy || !isDue.current) return;
    isDue.current = false;
    try {
      const kept = await readThread(talk.id);
      if (kept.isAnswering) await client.invalidateQueries({ queryKey: threadKey(talk.id) });
      else if (isUnderWay(talk)) isDue.current = true;
      // Not begun anew: a person may be at another proposal's words.
      else talk.messages = kept.messages;
    } catch {
      // Whoever cannot be reached now says `ready` when they can.
      isDue.current = true;
    }
  });
  useLive((event) => {
    isDue.current ||= concerns(talk.messages, event);
    void look();
  });
  useEffect(() => {
    if (!isBusy) void look();
  }, [isBusy]);
}

/** Whether a turn is under way by now: what was asked before it does not know of it. */
function isUnderWay({ status }: Chat<ChatMessage>): boolean {
  return status === "submitted" || status === "streaming";
}

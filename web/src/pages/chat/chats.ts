import { queryOptions } from "@tanstack/react-query";
import { DefaultChatTransport } from "ai";
import { threadKey } from "../../api/assistant";
import { answered, api, session as own } from "../../api/client";
import { readProblem } from "../../api/problem";
import type { Session } from "../../api/session";
import type { ChatRequest } from "../../api/types";
import type { ChatMessage } from "./parts";

/** A conversation as the server keeps it, and whether an answer is under way. */
export interface KeptThread {
  messages: ChatMessage[];
  isAnswering: boolean;
}

export const threadsKey = ["chats"] as const;

/** The conversations of this person, the latest first. */
export const threadsQuery = queryOptions({
  queryKey: threadsKey,
  queryFn: async ({ signal }) => (await answered(api.GET("/chat", { signal }))).items,
});

/** What was said in a conversation; one that nobody has begun is empty. */
export const threadQuery = (id: string) =>
  queryOptions({
    queryKey: threadKey(id),
    queryFn: ({ signal }) => readThread(id, signal),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** Ask what the server kept of a conversation, without another look at what is shown of it. */
export async function readThread(id: string, signal?: AbortSignal): Promise<KeptThread> {
  const params = { path: { chat_id: id } };
  const kept = await answered(api.GET("/chat/{chat_id}", { params, ...(signal ? { signal } : {}) }));
  // The description says of messages that they are objects; what kind, the AI SDK's stream says.
  const messages = (kept?.messages ?? []) as unknown as ChatMessage[];
  return { messages, isAnswering: kept?.is_answering ?? false };
}

/** End a turn. To close its stream would not: another page may follow it, and this one after a reload. */
export async function stopTurn(id: string): Promise<void> {
  await answered(api.DELETE("/chat/{chat_id}/stream", { params: { path: { chat_id: id } } }));
}

/** What to do when a turn is followed again: its stream is there, or nothing is under way any more. */
export interface Again {
  onFollowed: () => void;
  onNothing: () => void;
}

/**
 * How messages travel: as the person who is here, and of the conversation only what is new. The server goes by its own
 * record of what came before.
 */
export function makeTransport(session: Session = own, again?: Again): DefaultChatTransport<ChatMessage> {
  return new DefaultChatTransport({
    api: `${session.origin}/chat`,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = await session.fetch(request);
      if (!answer.ok) throw await readProblem(answer);
      if (request.method === "GET") answer.status === 204 ? again?.onNothing() : again?.onFollowed();
      return answer;
    },
    prepareSendMessagesRequest: ({ id, messages, trigger, messageId, body }) => ({
      body: {
        ...body,
        id,
        messages: messages.slice(-1) as unknown as ChatRequest["messages"],
        trigger,
        messageId,
      } satisfies Omit<ChatRequest, "messageId"> & { messageId: string | undefined },
    }),
  });
}

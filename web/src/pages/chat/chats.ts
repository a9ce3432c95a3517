import { queryOptions } from "@tanstack/react-query";
import { DefaultChatTransport, type UIMessage } from "ai";
import { session as own } from "../../api/client";
import { Problem, readProblem } from "../../api/problem";
import type { Session } from "../../api/session";

export interface Thread {
  id: string;
  title?: string | null;
  updated_at?: string | null;
}

interface KeptChat {
  messages: UIMessage[];
}

export const threadsKey = ["chats"] as const;

/** The conversations of this person, the latest first. */
export const threadsQuery = queryOptions({
  queryKey: threadsKey,
  queryFn: async ({ signal }) => {
    const answer = await asked("/chat", { signal });
    return ((await answer.json()) as { items: Thread[] }).items;
  },
});

/** What was said in a conversation; one that nobody has begun is empty. */
export const threadQuery = (id: string) =>
  queryOptions({
    queryKey: ["chat", id],
    queryFn: async ({ signal }): Promise<UIMessage[]> => {
      try {
        const answer = await asked(`/chat/${encodeURIComponent(id)}`, { signal });
        return ((await answer.json()) as KeptChat).messages;
      } catch (error) {
        if (error instanceof Problem && error.slug === "chat-not-found") return [];
        throw error;
      }
    },
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** End a turn. To close its stream would not: another page may follow it, and this one after a reload. */
export async function stopTurn(id: string): Promise<void> {
  await asked(`/chat/${encodeURIComponent(id)}/stream`, { method: "DELETE" });
}

/**
 * How messages travel: as the person who is here, and of the conversation only what is new. The server goes by its own
 * record of what came before.
 */
export function makeTransport(session: Session = own): DefaultChatTransport<UIMessage> {
  return new DefaultChatTransport({
    api: `${session.origin}/chat`,
    fetch: async (input, init) => taken(await session.fetch(new Request(input, init))),
    prepareSendMessagesRequest: ({ id, messages, trigger, messageId, body }) => ({
      body: { ...body, id, messages: messages.slice(-1), trigger, messageId },
    }),
  });
}

async function asked(path: string, init: RequestInit): Promise<Response> {
  return taken(await own.fetch(new Request(own.origin + path, init)));
}

async function taken(answer: Response): Promise<Response> {
  if (!answer.ok) throw await readProblem(answer);
  return answer;
}

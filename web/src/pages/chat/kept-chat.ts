import { newId } from "../../api/new-id";

/** What of the chat a browser keeps: whether it is open, and which conversation. */
export interface KeptChat {
  isOpen: boolean;
  threadId: string;
}

const keyOf = (userId: string) => `lead-chat-${userId}`;

/** The chat as this person left it here; a new conversation where there was none. */
export function keptChat(userId: string): KeptChat {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(userId)) ?? "null");
    if (
      typeof kept === "object" &&
      kept !== null &&
      "threadId" in kept &&
      typeof kept.threadId === "string"
    ) {
      return { isOpen: "isOpen" in kept && kept.isOpen === true, threadId: kept.threadId };
    }
  } catch {
    // What cannot be read is as good as nothing.
  }
  return { isOpen: false, threadId: newId() };
}

/** Keep the chat as it is, where the browser lets us. */
export function keepChat(userId: string, chat: KeptChat): void {
  try {
    localStorage.setItem(keyOf(userId), JSON.stringify(chat));
  } catch {
    // It is as it is until the page is closed.
  }
}

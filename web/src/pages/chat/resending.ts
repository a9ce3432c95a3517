import type { ChatMessage } from "./parts";

/** The question that a try failed on, where the server never came to have it: what it kept says so. */
export function unheard(
  shown: readonly ChatMessage[],
  kept: readonly ChatMessage[],
): { text: string; before: ChatMessage[] } | undefined {
  const last = shown.at(-1);
  if (last?.role !== "user" || kept.some(({ id }) => id === last.id)) return undefined;
  const text = last.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  return text ? { text, before: shown.slice(0, -1) } : undefined;
}

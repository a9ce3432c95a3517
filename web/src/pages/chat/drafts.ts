/** What was written to the assistant and not sent yet, for as long as the page is open. */
const written = new Map<string, string>();

/** What a conversation's next question is so far. */
export function draftOf(threadId: string): string {
  return written.get(threadId) ?? "";
}

/** Keep a question that is being written, however often its box goes and comes. */
export function keepDraft(threadId: string, text: string): void {
  if (text === "") written.delete(threadId);
  else written.set(threadId, text);
}

/** Let all go, as when somebody else signs in. */
export function clearDrafts(): void {
  written.clear();
}

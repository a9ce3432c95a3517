import type { QueryClient } from "@tanstack/react-query";

/**
 * What a word about who is who may have changed. The lists of contacts are not among it: one that is shown follows the
 * stream row by row, so that none moves under the reader's eyes, and any other is looked at when it is come back to.
 */
const WHAT_CHANGES = ["contact", "contact-count", "activity", "suggestions", "suggestion-count"];

/** Ask anew for all that a word about who is who may have changed. */
export async function lookAnew(client: QueryClient): Promise<void> {
  await Promise.all(WHAT_CHANGES.map((kind) => client.invalidateQueries({ queryKey: [kind] })));
}

import type { QueryClient } from "@tanstack/react-query";

const WHAT_CHANGES = ["contact", "contacts", "contact-count", "activity", "suggestions", "suggestion-count"];

/** Ask anew for all that a word about who is who may have changed. */
export async function lookAnew(client: QueryClient): Promise<void> {
  await Promise.all(WHAT_CHANGES.map((kind) => client.invalidateQueries({ queryKey: [kind] })));
}

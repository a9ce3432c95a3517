import { dayOf } from "../../ui/format";

/** A record as an answer names it: `Ada Lovelace · hubspot · 2026-05-15`, the day only where one is known. */
const NAMED = /^(.*) · ([a-z0-9_]+)(?: · (\d{4}-\d{2}-\d{2}))?$/s;

/** Say which record an answer rests on as the rest of the page says it. */
export function sourceWords(title: string, labelOf: (provider: string) => string): string {
  const [, whose, provider, day] = NAMED.exec(title) ?? [];
  if (whose === undefined || provider === undefined) return title;
  // A day has no hour; at noon it is the same one wherever the reader is.
  return [whose, labelOf(provider), day && dayOf(`${day}T12:00`)].filter(Boolean).join(" · ");
}

import type { Interaction } from "../../api/types";

/** What of a timeline is shown; nothing said shows everything. */
export interface TimelineFilter {
  kind?: Interaction["kind"] | undefined;
  provider?: string | undefined;
}

export function isShown(entry: Interaction, { kind, provider }: TimelineFilter): boolean {
  return (
    (kind === undefined || entry.kind === kind) && (provider === undefined || entry.provider === provider)
  );
}

/** What there is to choose among, each once, in the order of the alphabet. */
export function choicesOf<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)].sort();
}

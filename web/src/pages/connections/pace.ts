/** How far something was, and when. */
export interface Sample {
  at: number;
  done: number;
}

/** What is further back says little of how fast it goes now. */
const LOOKS_BACK_MS = 30_000;
const SHORTEST_MS = 2_000;

/** Remember how far a reading is, and forget what is too long ago; one that begins anew forgets all. */
export function remembered(samples: readonly Sample[], next: Sample): Sample[] {
  const last = samples.at(-1);
  if (last && next.done < last.done) return [next];
  if (last && next.done === last.done) return [...samples];
  return [...samples.filter(({ at }) => next.at - at <= LOOKS_BACK_MS), next];
}

/** How many a second there were lately; null while nobody can tell. */
export function rateOf(samples: readonly Sample[], now: number): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < SHORTEST_MS) return null;
  // What stands still slows down: the time since the last step counts once it is longer than the steps were.
  const step = (last.at - first.at) / (samples.length - 1);
  const until = now - last.at > 2 * step ? now : last.at;
  return ((last.done - first.done) / (until - first.at)) * 1_000;
}

/** In how many seconds the rest is done at this rate; null where that cannot be said. */
export function secondsLeft(done: number, total: number, rate: number | null): number | null {
  if (rate === null || rate <= 0) return null;
  return Math.max(0, total - done) / rate;
}

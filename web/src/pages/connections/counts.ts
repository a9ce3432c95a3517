import type { StreamCoverage } from "../../api/types";
import { count } from "../../ui/format";

const WORDS = {
  skipped: "could not be read",
  suppressed: "were erased here",
  added_meanwhile: "came while everything was read",
  gone_meanwhile: "went while everything was read",
} as const;

/** Say why their count is another than ours; what has no reason is said to have none. */
export function differenceOf(stream: StreamCoverage): string[] {
  const reasons = stream.reasons.map(
    ({ reason, count: number }) => `${count(Math.abs(number))} ${WORDS[reason]}`,
  );
  const left = stream.unexplained ?? 0;
  if (left > 0) reasons.push(`${count(left)} missing without a known reason`);
  if (left < 0) reasons.push(`${count(-left)} more than expected, without a known reason`);
  return reasons;
}

export function ofContacts(streams: readonly StreamCoverage[]): StreamCoverage[] {
  return streams.filter(({ stream }) => stream === "contacts");
}

export function ofTheRest(streams: readonly StreamCoverage[]): StreamCoverage[] {
  return streams.filter(({ stream }) => stream !== "contacts");
}

export interface Held {
  ours: number;
  words: string;
  isOff: boolean;
}

/** Say how many records of some kinds are here, and how that compares with what the provider counts. */
export function besideTheirs(streams: readonly StreamCoverage[], label: string): Held {
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  const ours = sum(streams.map((stream) => stream.ours));
  const told = streams.filter((stream) => stream.theirs != null);
  if (told.length === 0) return { ours, words: `${label} tells no count`, isOff: false };
  const isOff = told.some((stream) => stream.difference !== 0);
  const there = count(sum(told.map((stream) => stream.theirs ?? 0)));
  if (!isOff && told.length === streams.length) return { ours, words: `all ${there} of ${label}`, isOff };
  const here = told.length === streams.length ? "" : `${count(sum(told.map((stream) => stream.ours)))} of `;
  return { ours, words: isOff ? `${here}${there} there, see why` : `${here}${there} counted there`, isOff };
}

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

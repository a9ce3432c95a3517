import type { UsageDay } from "../../api/types";

const dayInWords = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** All the tokens of a day, those read from the cache too. */
export function totalOf({ input_tokens, output_tokens, cache_read_tokens }: Omit<UsageDay, "day">): number {
  return input_tokens + output_tokens + cache_read_tokens;
}

/** Say a day as it is counted, in UTC: wherever the reader is, it stays the same day. */
export function dayName(day: string): string {
  return dayInWords.format(new Date(`${day}T00:00:00Z`));
}

/** Say a number of tokens as short as it is still told apart: "840", "12.3K". */
export function written(tokens: number): string {
  return short.format(tokens);
}

import type { UsageDay } from "../../api/types";

const dayInWords = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** All the tokens of a day, those read from the cache too. */
export function totalOf({
  input_tokens,
  output_tokens,
  cache_read_tokens,
}: Pick<UsageDay, "input_tokens" | "output_tokens" | "cache_read_tokens">): number {
  return input_tokens + output_tokens + cache_read_tokens;
}

/** Say what some days cost; nothing where none of them has a price. */
export function costInWords(days: readonly Pick<UsageDay, "cost_dollars">[]): string | null {
  const priced = days.flatMap(({ cost_dollars }) => cost_dollars ?? []);
  return priced.length > 0 ? dollars.format(priced.reduce((sum, cost) => sum + cost, 0)) : null;
}

/** Say a day as it is counted, in UTC: wherever the reader is, it stays the same day. */
export function dayName(day: string): string {
  return dayInWords.format(new Date(`${day}T00:00:00Z`));
}

/** Say a number of tokens as short as it is still told apart: "840", "12.3K". */
export function written(tokens: number): string {
  return short.format(tokens);
}

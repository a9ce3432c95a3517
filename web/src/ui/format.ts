const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayAndMonth = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const whole = new Intl.NumberFormat("en");

const LONG_AGO_SECONDS = 30 * 86_400;

/** Say how far a moment is from now, "3 minutes ago", and of what is long ago the day. */
export function ago(at: string, now: number): string {
  const seconds = (Date.parse(at) - now) / 1_000;
  if (Math.abs(seconds) > LONG_AGO_SECONDS) return dayOf(at);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

/** Say a moment in full, in the reader's own time. */
export function exactly(at: string): string {
  return exact.format(new Date(at));
}

/** Say the day of a moment. */
export function dayOf(at: string): string {
  return day.format(new Date(at));
}

/** Say a moment as a clock shows it, "14:05", with its day if that is not today. */
export function clock(at: string, now: number): string {
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date(now).toDateString();
  return isToday ? hours.format(moment) : `${dayAndMonth.format(moment)}, ${hours.format(moment)}`;
}

/** Say roughly how long something takes: "40 seconds", "3 minutes", "1 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return counted(Math.max(1, Math.round(seconds)), "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return counted(minutes, "minute");
  return [`${Math.floor(minutes / 60)} h`, minutes % 60 > 0 && `${minutes % 60} min`]
    .filter(Boolean)
    .join(" ");
}

/** Say how large a file is. */
export function size(bytes: number): string {
  if (bytes < 1_000) return counted(bytes, "byte");
  const [unit, length] = bytes < 1_000_000 ? ["kB", 1_000] : ["MB", 1_000_000];
  return `${new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(bytes / Number(length))} ${unit}`;
}

export function count(number: number): string {
  return whole.format(number);
}

/** Say a number of things: "1 contact", "2 contacts". */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Say an amount of money; a currency that is none stays as it came. */
export function money(amount: string, currency: string | null | undefined): string {
  const value = Number(amount);
  if (!Number.isFinite(value)) return [amount, currency].filter(Boolean).join(" ");
  if (!currency) return new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value);
  try {
    const look = { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" } as const;
    return new Intl.NumberFormat("en", look).format(value);
  } catch {
    return `${whole.format(value)} ${currency}`;
  }
}

interface Named {
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
  email?: string | null | undefined;
  phone?: string | null | undefined;
}

/** What to call a person: the name, or the best there is. */
export function nameOf(person: Named): string {
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
  return name || person.email || person.phone || "No name";
}

/** As programs write names of states: whole words in capitals, more than an abbreviation. */
const SHOUTED = /^[A-Z]+(_[A-Z]+)+$|^[A-Z]{4,}$/;

/** Say a field's, a rule's or a state's name in words: `job_title` is "Job title", and `NO_SHOW` is "No show". */
export function inWords(name: string): string {
  const words = (SHOUTED.test(name) ? name.toLowerCase() : name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Begin a sentence as sentences begin. */
export function begun(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** What of a proposal a person may put in other words before they approve it. */
export interface Editable {
  /** Where it stands in what the proposal was made from. */
  path: readonly string[];
  value: string;
  /** Whether it is a text of its own, with lines. */
  isLong: boolean;
  /** Whether it is a moment, to be chosen in the reader's own time. */
  isMoment: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** What says whom and where it is about: another one would be another proposal. */
const FIXED = new Set(["contact_id", "provider", "account"]);
const LONG = new Set(["body"]);

/** The words of a proposal that can be edited, in their order; of a merge or a split there are none. */
export function editablesOf(input: unknown, above: readonly string[] = []): Editable[] {
  if (!isInput(input)) return [];
  return Object.entries(input).flatMap(([key, value]) => {
    const path = [...above, key];
    if (FIXED.has(key)) return [];
    if (typeof value === "string")
      return [{ path, value, isLong: LONG.has(key), isMoment: isMoment(key, value) }];
    return editablesOf(value, path);
  });
}

/** What a form puts in their place: nothing else of the proposal becomes another. */
export function editedInput(input: Input, form: FormData): Input {
  return editablesOf(input).reduce<Input>((changed, { path, value, isMoment }) => {
    const typed = form.get(inputNameOf(path));
    if (typeof typed !== "string") return changed;
    if (!isMoment) return withValue(changed, path, typed.trim());
    return typed === localTime(value) ? changed : withValue(changed, path, new Date(typed).toISOString());
  }, input);
}

/** A moment as an input for local time takes it. */
export function localTime(moment: string): string {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, "2026-12-01T10:00".length);
}

function isMoment(key: string, value: string): boolean {
  return key.endsWith("_at") && !Number.isNaN(Date.parse(value));
}

/** What an input of the form is called. */
export function inputNameOf(path: readonly string[]): string {
  return path.join(".");
}

function withValue(input: Input, [key, ...below]: readonly string[], value: string): Input {
  if (key === undefined) return input;
  const inside = input[key];
  return { ...input, [key]: below.length > 0 && isInput(inside) ? withValue(inside, below, value) : value };
}

function isInput(value: unknown): value is Input {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What of a proposal a person may put in other words before they approve it. */
export interface Editable {
  /** Where it stands in what the proposal was made from. */
  path: readonly string[];
  value: string;
  /** Whether it is a text of its own, with lines. */
  isLong: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** What says whom and where it is about: another one would be another proposal. */
const FIXED = new Set(["contact_id", "provider"]);
const LONG = new Set(["body"]);

/** The words of a proposal that can be edited, in their order; of a merge or a split there are none. */
export function editablesOf(input: unknown, above: readonly string[] = []): Editable[] {
  if (!isInput(input)) return [];
  return Object.entries(input).flatMap(([key, value]) => {
    const path = [...above, key];
    if (FIXED.has(key)) return [];
    if (typeof value === "string") return [{ path, value, isLong: LONG.has(key) }];
    return editablesOf(value, path);
  });
}

/** What a form puts in their place: nothing else of the proposal becomes another. */
export function editedInput(input: Input, form: FormData): Input {
  return editablesOf(input).reduce<Input>((changed, { path }) => {
    const typed = form.get(inputNameOf(path));
    return typeof typed === "string" ? withValue(changed, path, typed.trim()) : changed;
  }, input);
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

/** What went wrong, as the services say it (RFC 9457); `slug` is stable, the words are for the person. */
export class Problem extends Error {
  readonly status: number;
  readonly slug: string;
  readonly fields: Readonly<Record<string, string>>;

  constructor(said: { status: number; slug: string; message: string; fields?: Record<string, string> }) {
    super(said.message);
    this.name = "Problem";
    this.status = said.status;
    this.slug = said.slug;
    this.fields = said.fields ?? {};
  }
}

/** Nobody answered: no network, or the server is away. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("Lead Manager cannot be reached just now.", { cause });
    this.name = "Unreachable";
  }
}

/** Read the body of an answer that is no success; whatever it holds, the result says something. */
export function problemOf(status: number, body: unknown): Problem {
  const said = isRecord(body) ? body : {};
  const title = textOf(said["title"]) ?? `The server answered ${status}`;
  const message = sentence(textOf(said["detail"]) ?? title);
  const field = textOf(said["field"]);
  return new Problem({
    status,
    slug: textOf(said["type"]) ?? "unknown",
    message,
    fields: { ...fieldsOf(said["errors"]), ...(field ? { [field]: message } : {}) },
  });
}

/** Read an answer that is no success. */
export async function readProblem(answer: Response): Promise<Problem> {
  return problemOf(answer.status, await answer.json().catch(() => null));
}

/** Say an error in words for a person. */
export function wordsOf(error: unknown): string {
  if (error instanceof Problem || error instanceof Unreachable) return error.message;
  return "Something went wrong in this page. Reload it and try again.";
}

/** Whether trying again could help; a refusal stays one. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof Problem) || error.status >= 500 || error.status === 429;
}

function fieldsOf(errors: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const error of Array.isArray(errors) ? errors : []) {
    if (!isRecord(error)) continue;
    const field = textOf(error["field"]);
    if (field) fields[field] = sentence(textOf(error["message"]) ?? "This is not valid");
  }
  return fields;
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

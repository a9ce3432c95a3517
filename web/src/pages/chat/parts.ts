import {
  type DynamicToolUIPart,
  isToolUIPart,
  type SourceDocumentUIPart,
  type SourceUrlUIPart,
  type ToolUIPart,
  type UIMessage,
} from "ai";

export type ToolPart = ToolUIPart | DynamicToolUIPart;
export type SourcePart = SourceUrlUIPart | SourceDocumentUIPart;

/** What a message shows, in order: words, thoughts, calls that stand together, and proposals, each by itself. */
export type Piece =
  | { kind: "text" | "thought"; key: string; text: string; isOpen: boolean }
  | { kind: "calls"; key: string; calls: ToolPart[] }
  | { kind: "proposal"; key: string; call: ToolPart };

/** Sort a message's parts into what is shown; sources come after all of it. */
export function piecesOf(message: UIMessage): Piece[] {
  const pieces: Piece[] = [];
  for (const [at, part] of message.parts.entries()) {
    const key = String(at);
    if (part.type === "text" || part.type === "reasoning") {
      const kind = part.type === "text" ? "text" : "thought";
      if (part.text) pieces.push({ kind, key, text: part.text, isOpen: part.state === "streaming" });
    } else if (isToolUIPart(part)) {
      const before = pieces.at(-1);
      if (part.approval) pieces.push({ kind: "proposal", key: part.toolCallId, call: part });
      else if (before?.kind === "calls") before.calls.push(part);
      else pieces.push({ kind: "calls", key: part.toolCallId, calls: [part] });
    }
  }
  return pieces;
}

/** The records that a message rests on, each once; their place is their number. */
export function sourcesOf(message: UIMessage): SourcePart[] {
  const sources = new Map<string, SourcePart>();
  for (const part of message.parts) {
    if (part.type === "source-url" || part.type === "source-document") sources.set(part.sourceId, part);
  }
  return [...sources.values()];
}

/** The path within this page that a source leads to; nothing where it leads elsewhere. */
export function localPathOf(url: string, origin: string): string | undefined {
  const parsed = URL.parse(url, origin);
  if (parsed?.origin !== origin || !parsed.pathname.startsWith("/app/")) return undefined;
  return parsed.pathname.slice("/app".length) + parsed.search + parsed.hash;
}

export interface Change {
  field: string;
  before?: string | undefined;
  after: string;
}

/** What a proposal would change, beside what is known now. Ids are not for people. */
export function changesOf(input: unknown, known: Readonly<Record<string, string>>): Change[] {
  if (typeof input !== "object" || input === null) return [];
  return Object.entries(input).flatMap(([field, value]): Change[] => {
    if (value === null || value === undefined || /(^id|_id|Id|_ids|Ids)$/.test(field)) return [];
    if (Array.isArray(value)) return [{ field, after: value.map(textOf).join(", ") }];
    if (typeof value === "object") return changesOf(value, known);
    const before = known[snake(field)];
    return [{ field, after: textOf(value), ...(before === undefined ? {} : { before }) }];
  });
}

/** The contact that a proposal is about, where it says so. */
export function contactIdOf(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const { contactId, contact_id } = input as Record<string, unknown>;
  const id = contactId ?? contact_id;
  return typeof id === "string" ? id : undefined;
}

/** Say a tool's name in words: `searchContacts` is "Search contacts". */
export function toolWords(name: string): string {
  const words = snake(name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

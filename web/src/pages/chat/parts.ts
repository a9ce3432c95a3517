import {
  type DynamicToolUIPart,
  isToolUIPart,
  type SourceDocumentUIPart,
  type SourceUrlUIPart,
  type ToolUIPart,
  type UIMessage,
} from "ai";
import type { ProposedStep } from "../../api/types";

export type ToolPart = ToolUIPart | DynamicToolUIPart;
export type SourcePart = SourceUrlUIPart | SourceDocumentUIPart;

/** What a proposal would do, as the server planned it. */
export interface Plan {
  proposalId: string;
  toolCallId: string;
  title: string;
  contactId: string | null;
  steps: readonly ProposedStep[];
}

/** What a conversation tells beside words, calls and sources. */
// A type, for an interface is no record of parts.
export type Told = {
  plan: Plan;
  notice: { text: string };
  failure: { text: string };
};

export type ChatMessage = UIMessage<unknown, Told>;

/** What a message shows, in order: words, thoughts, calls that stand together, and proposals, each by itself. */
export type Piece =
  | { kind: "text" | "thought"; key: string; text: string; isOpen: boolean }
  | { kind: "calls"; key: string; calls: ToolPart[] }
  | { kind: "proposal"; key: string; call: ToolPart; plan: Plan | undefined }
  | { kind: "notice" | "failure"; key: string; text: string };

/** Sort a message's parts into what is shown; sources come after all of it. */
export function piecesOf(message: ChatMessage): Piece[] {
  const plans = plansOf(message);
  const pieces: Piece[] = [];
  for (const [at, part] of message.parts.entries()) {
    const key = String(at);
    if (part.type === "text" || part.type === "reasoning") {
      const kind = part.type === "text" ? "text" : "thought";
      if (part.text) pieces.push({ kind, key, text: part.text, isOpen: part.state === "streaming" });
    } else if (isToolUIPart(part)) {
      const before = pieces.at(-1);
      const plan = plans.get(part.toolCallId);
      if (plan || part.approval) pieces.push({ kind: "proposal", key: part.toolCallId, call: part, plan });
      else if (before?.kind === "calls") before.calls.push(part);
      else pieces.push({ kind: "calls", key: part.toolCallId, calls: [part] });
    } else if (part.type === "data-notice") {
      pieces.push({ kind: "notice", key, text: part.data.text });
    } else if (part.type === "data-failure") {
      pieces.push({ kind: "failure", key, text: part.data.text });
    }
  }
  return pieces;
}

function plansOf(message: ChatMessage): Map<string, Plan> {
  const plans = new Map<string, Plan>();
  for (const part of message.parts) if (part.type === "data-plan") plans.set(part.data.toolCallId, part.data);
  return plans;
}

/** The records that a message rests on, each once; their place is their number. */
export function sourcesOf(message: ChatMessage): SourcePart[] {
  const sources = new Map<string, SourcePart>();
  for (const part of message.parts) {
    if (part.type === "source-url" || part.type === "source-document") sources.set(part.sourceId, part);
  }
  return [...sources.values()];
}

/** A place within this page. */
export interface Place {
  to: string;
  search: Record<string, string>;
  hash: string;
}

/** The place within this page that an address leads to; nothing where it leads elsewhere. */
export function placeOf(url: string, origin: string): Place | undefined {
  const parsed = URL.parse(url, origin);
  if (parsed?.origin !== origin || !parsed.pathname.startsWith("/app/")) return undefined;
  return {
    to: parsed.pathname.slice("/app".length),
    search: Object.fromEntries(parsed.searchParams),
    hash: parsed.hash.slice(1),
  };
}

/** Say a tool's name in words: `searchContacts` is "Search contacts". */
export function toolWords(name: string): string {
  const words = snake(name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

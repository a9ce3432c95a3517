import { asSchema, type UIMessageChunk, uiMessageChunkSchema } from "ai";

/**
 * What is wrong with an answer's chunks: those that the client's own schemas do not take, and what stands where it may
 * not. The client forgives some of that; a server has no reason to need it.
 */
export async function violations(chunks: readonly unknown[]): Promise<string[]> {
  const { validate } = asSchema(uiMessageChunkSchema);
  const found: string[] = [];
  for (const chunk of chunks) {
    const checked = await validate?.(chunk);
    if (!checked?.success) found.push(`no schema takes ${JSON.stringify(chunk)}`);
  }
  return found.length > 0 ? found : outOfOrder(chunks as readonly UIMessageChunk[]);
}

const LAST = new Set(["finish", "abort", "error"]);

function outOfOrder(chunks: readonly UIMessageChunk[]): string[] {
  const found: string[] = [];
  const [first] = chunks;
  if (first?.type !== "start" || !first.messageId) found.push("the first is no start with a messageId");
  if (chunks.filter(({ type }) => type === "start").length > 1) found.push("it starts more than once");
  if (!LAST.has(chunks.at(-1)?.type ?? "")) found.push("the last is no end");
  const step = new Step();
  for (const [at, chunk] of chunks.entries()) {
    if (LAST.has(chunk.type) && at < chunks.length - 1) found.push(`${chunk.type} is not the last`);
    found.push(...step.take(chunk));
  }
  return found;
}

/** What is open in a step: blocks of words, and calls without an end. */
class Step {
  #isOpen = false;
  readonly #words = new Set<string>();
  #calls = new Map<string, "begun" | "given">();

  take(chunk: UIMessageChunk): string[] {
    switch (chunk.type) {
      case "start-step":
        return this.#begin();
      case "reset-step":
        this.#calls = new Map();
        return this.#isOpen ? [] : ["reset-step outside of a step"];
      case "finish-step":
      case "finish":
        return this.#end(chunk.type);
      case "text-start":
      case "reasoning-start":
        if (this.#words.has(chunk.id)) return [`${chunk.type} of ${chunk.id}, which is open`];
        this.#words.add(chunk.id);
        return this.#inside(chunk.type);
      case "text-delta":
      case "reasoning-delta":
        return this.#words.has(chunk.id) ? [] : [`${chunk.type} of ${chunk.id}, which is not open`];
      case "text-end":
      case "reasoning-end":
        return this.#words.delete(chunk.id) ? [] : [`${chunk.type} of ${chunk.id}, which is not open`];
      default:
        return "toolCallId" in chunk ? this.#call(chunk) : [];
    }
  }

  #begin(): string[] {
    const before = this.#isOpen ? ["start-step inside of a step"] : [];
    this.#isOpen = true;
    return before;
  }

  #end(what: "finish-step" | "finish"): string[] {
    const open = [...this.#words, ...this.#calls.keys()].map((id) => `${what} while ${id} is open`);
    if (this.#isOpen !== (what === "finish-step")) open.push(`${what} in the wrong place`);
    this.#isOpen = false;
    return open;
  }

  #inside(what: string): string[] {
    return this.#isOpen ? [] : [`${what} outside of a step`];
  }

  #call(chunk: UIMessageChunk & { toolCallId: string }): string[] {
    const { type, toolCallId: id } = chunk;
    const known = this.#calls.get(id);
    switch (type) {
      case "tool-input-start":
        this.#calls.set(id, "begun");
        return known ? [`${id} begins twice`] : this.#inside(type);
      case "tool-input-delta":
        return known === "begun" ? [] : [`${type} of ${id}, which takes none`];
      case "tool-input-available":
        this.#calls.set(id, "given");
        return known === "given" ? [`${id} is given twice`] : this.#inside(type);
      default: {
        // What was approved, or refused, is told in front of the first step: its call was in an answer before.
        const ended = this.#calls.delete(id) || !this.#isOpen;
        return ended ? [] : [`${type} of ${id}, which is not open`];
      }
    }
  }
}

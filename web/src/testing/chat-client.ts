/**
 * A page of a stranger's: the AI SDK's own client, as it comes, in a conversation with a running house. Not a test, but
 * what tests from outside drive: a JSON order on each line of its input, a JSON answer on each line of its output. What
 * came over the wire is kept beside what the client made of it.
 */
import { createInterface } from "node:readline";
import { Chat } from "@ai-sdk/react";
import {
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  readUIMessageStream,
  type UIMessage,
} from "ai";
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { violations } from "./chunk-rules.ts";

type Decision = { id: string; approved: boolean; reason?: string };
type Order = { n: number; page: string } & (
  | { do: "open"; api: string; token: string; chat: string; messages: UIMessage[] }
  | { do: "send"; text: string; body: object }
  | { do: "decide"; decisions: Decision[] }
  | { do: "await"; type: string }
  | { do: "put"; messages: UIMessage[] }
  | { do: "regenerate" | "resume" | "leave" | "read" }
);

/** One request, and all that was answered to it. */
interface Exchange {
  method: string;
  status: number;
  headers: Record<string, string>;
  chunks: { type: string }[];
  violations: string[];
}

class Page {
  readonly #chat: Chat<UIMessage>;
  readonly #transport: DefaultChatTransport<UIMessage>;
  readonly #exchanges: Exchange[] = [];
  readonly #read: Promise<void>[] = [];
  readonly #heard = new EventTarget();
  #ends: object[] = [];

  constructor({ api, token, chat, messages }: Extract<Order, { do: "open" }>) {
    this.#transport = new DefaultChatTransport({
      api,
      headers: { authorization: `Bearer ${token}` },
      fetch: (input, init) => this.#fetch(input, init),
    });
    this.#chat = new Chat({
      id: chat,
      messages,
      transport: this.#transport,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
      onFinish: ({ isAbort, isDisconnect, isError, finishReason }) => {
        this.#ends.push({ isAbort, isDisconnect, isError, finishReason });
        this.#heard.dispatchEvent(new Event("end"));
      },
    });
  }

  /** Do as ordered, and tell what came of it since the order before. */
  async do(order: Order): Promise<object> {
    switch (order.do) {
      case "send":
        await this.#chat.sendMessage({ text: order.text }, { body: order.body });
        break;
      case "decide":
        await this.#decide(order.decisions);
        break;
      case "regenerate":
        await this.#chat.regenerate();
        break;
      case "resume":
        await this.#chat.resumeStream();
        break;
      case "leave":
        await this.#chat.stop();
        break;
      case "put":
        this.#chat.messages = order.messages;
        break;
      case "await":
        if (!this.#exchanges.some(({ chunks }) => chunks.some(({ type }) => type === order.type)))
          await this.#next(order.type);
        return {};
      case "read":
        return { snapshots: await this.#snapshots() };
    }
    return this.#report();
  }

  async #decide(decisions: Decision[]): Promise<void> {
    const ended = this.#next("end");
    for (const decision of decisions) await this.#chat.addToolApprovalResponse(decision);
    await ended;
  }

  #next(type: string): Promise<void> {
    return new Promise((resolve) => this.#heard.addEventListener(type, () => resolve(), { once: true }));
  }

  /** The messages that the client's reader makes of the turn under way, one after the other. */
  async #snapshots(): Promise<UIMessage[]> {
    const stream = await this.#transport.reconnectToStream({ chatId: this.#chat.id });
    const snapshots: UIMessage[] = [];
    if (stream)
      for await (const message of readUIMessageStream({ stream, terminateOnError: true }))
        snapshots.push(message);
    return snapshots;
  }

  async #report(): Promise<object> {
    await Promise.all(this.#read.splice(0));
    const { status, error, messages } = this.#chat;
    const exchanges = this.#exchanges.splice(0);
    return { status, error: error?.message, messages, ends: this.#ends.splice(0), exchanges };
  }

  async #fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const answer = await fetch(input, init);
    const headers = Object.fromEntries(answer.headers);
    const exchange = {
      method: init?.method ?? "GET",
      status: answer.status,
      headers,
      chunks: [],
      violations: [],
    };
    this.#exchanges.push(exchange);
    if (answer.status !== 200 || !answer.body) return answer;
    const [mine, theirs] = answer.body.tee();
    this.#read.push(this.#listen(mine, exchange, init?.signal));
    return new Response(theirs, { status: answer.status, headers: answer.headers });
  }

  async #listen(
    body: ReadableStream<Uint8Array>,
    exchange: Exchange,
    left?: AbortSignal | null,
  ): Promise<void> {
    let isOver = false;
    const hear = ({ event, data }: EventSourceMessage) => {
      if (event !== undefined) exchange.violations.push(`an event with a name: ${event}`);
      if (isOver) exchange.violations.push("something after [DONE]");
      isOver ||= data === "[DONE]";
      if (!isOver) this.#take(exchange, JSON.parse(data) as { type: string });
    };
    try {
      await body
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
        .pipeThrough(new EventSourceParserStream({ onError: "terminate" }))
        .pipeTo(new WritableStream({ write: hear }));
    } catch (error) {
      if (!left?.aborted) exchange.violations.push(`it broke off: ${String(error)}`);
    }
    if (left?.aborted) return;
    if (!isOver) exchange.violations.push("no [DONE]");
    exchange.violations.push(...(await violations(exchange.chunks)));
  }

  #take(exchange: Exchange, chunk: { type: string }): void {
    exchange.chunks.push(chunk);
    this.#heard.dispatchEvent(new Event(chunk.type));
  }
}

const pages = new Map<string, Page>();

async function obey(order: Order): Promise<object> {
  if (order.do === "open") {
    pages.set(order.page, new Page(order));
    return {};
  }
  const page = pages.get(order.page);
  if (!page) throw new Error(`there is no page ${order.page}`);
  return page.do(order);
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  // Not awaited: one waits for an answer while another stops it.
  void obey(order).then(
    (told) => process.stdout.write(`${JSON.stringify({ n: order.n, told })}\n`),
    (error: unknown) => process.stdout.write(`${JSON.stringify({ n: order.n, failed: String(error) })}\n`),
  );
}

import { EventSourceParserStream } from "eventsource-parser/stream";
import { problemOf } from "../api/problem";
import type { Session } from "../api/session";
import { type LiveEvent, readEvent } from "./events";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The server speaks every fifteen seconds at the latest; a line silent for longer is dead. */
const SILENCE_MS = 45_000;

export type FeedStatus = "connecting" | "live" | "away";
type Listener = (event: LiveEvent) => void;

/** The stream of changes, read by fetch because it needs the token; it is opened again whenever it ends. */
export class Feed {
  #status: FeedStatus = "connecting";
  readonly #session: Session;
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<() => void>();

  constructor(session: Session) {
    this.#session = session;
  }

  get status(): FeedStatus {
    return this.#status;
  }

  /** Hear of every event, until the returned function is called. */
  readonly listen = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Follow the stream until aborted; a stream that breaks is opened again, sooner if it had been live. */
  async follow(signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted && this.#session.state.status === "in") {
      this.#become(wait === FIRST_WAIT_MS ? "connecting" : "away");
      const began = await this.#readOnce(signal);
      wait = began ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
      await pause(wait * (0.75 + Math.random() / 2), signal);
    }
  }

  /** Read one stream to its end; return whether it was ever live. */
  async #readOnce(signal: AbortSignal): Promise<boolean> {
    const silence = new AbortController();
    const watchdog = new Watchdog(() => silence.abort());
    let live = false;
    try {
      const either = AbortSignal.any([signal, silence.signal]);
      const request = new Request(`${this.#session.origin}/events`, {
        headers: { Accept: "text/event-stream" },
        signal: either,
      });
      const answer = await this.#session.fetch(request);
      if (!answer.ok || !answer.body) throw problemOf(answer.status, null);
      const heard = answer.body.pipeThrough(watchdog.watching(), { signal: either });
      const decoder: TransformStream<BufferSource, string> = new TextDecoderStream();
      const reader = heard.pipeThrough(decoder).pipeThrough(new EventSourceParserStream()).getReader();
      // Not `for await`: Safari learnt only lately to walk over a stream.
      for (let said = await reader.read(); !said.done; said = await reader.read()) {
        const event = readEvent(said.value.event, said.value.data);
        if (event) this.#tell(event);
        if (event?.name === "ready") live = true;
      }
    } catch {
      // Whatever ended it, the answer is the same: open it again. `status` shows the person that it is away.
    } finally {
      watchdog.end();
    }
    return live;
  }

  #tell(event: LiveEvent): void {
    if (event.name === "ready") this.#become("live");
    for (const listener of this.#listeners) listener(event);
  }

  #become(status: FeedStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const watcher of this.#watchers) watcher();
  }
}

/** Barks when nothing passes for too long. */
class Watchdog {
  readonly #bark: () => void;
  #timer: ReturnType<typeof setTimeout>;

  constructor(bark: () => void) {
    this.#bark = bark;
    this.#timer = setTimeout(bark, SILENCE_MS);
  }

  watching(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    return new TransformStream({
      transform: (chunk, controller) => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.#bark, SILENCE_MS);
        controller.enqueue(chunk);
      },
    });
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

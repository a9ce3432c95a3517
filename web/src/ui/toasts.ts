/**
 * What a person is told in passing; with `undo` they can take back what they did. It may say how far that came, where
 * that is not simply undone.
 */
export interface Toast {
  id: number;
  words: string;
  tone: "plain" | "bad";
  undo?: (() => Promise<unknown>) | undefined;
}

/** More at once nobody reads. */
const MOST = 3;

/** The words said in passing that are not gone yet, the latest last. */
export class Toasts {
  #shown: readonly Toast[] = [];
  #next = 1;
  readonly #listeners = new Set<() => void>();

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Say what was done. */
  say(words: string, undo?: () => Promise<unknown>): number {
    return this.#add({ words, tone: "plain", undo });
  }

  /** Say what went wrong. */
  warn(words: string): number {
    return this.#add({ words, tone: "bad" });
  }

  /** Let one go. */
  dismiss(id: number): void {
    this.#show(this.#shown.filter((toast) => toast.id !== id));
  }

  /** Let all go, as when somebody else signs in. */
  clear(): void {
    this.#show([]);
  }

  #add(toast: Omit<Toast, "id">): number {
    const id = this.#next++;
    this.#show([...this.#shown, { id, ...toast }].slice(-MOST));
    return id;
  }

  #show(shown: readonly Toast[]): void {
    this.#shown = shown;
    for (const listener of this.#listeners) listener();
  }
}

/** The page's own: `toasts.say("Saved", undo)`. */
export const toasts = new Toasts();

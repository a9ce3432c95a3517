/** Does something soon, and however often it is asked, once per interval. */
export class Throttle {
  readonly #milliseconds: number;
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Do it after the interval, unless the same is about to be done anyway. */
  run(name: string, action: () => void): void {
    if (this.#waiting.has(name)) return;
    const timer = setTimeout(() => {
      this.#waiting.delete(name);
      action();
    }, this.#milliseconds);
    this.#waiting.set(name, timer);
  }

  /** Leave undone what is waiting. */
  clear(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}

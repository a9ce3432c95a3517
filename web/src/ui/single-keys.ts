const KEY = "lead-single-keys";
const OFF = "off";

let isOff = false;

/** Whether letters and signs that are pressed alone do something. Who dictates or slips on keys can turn them off. */
export function areSingleKeysOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== OFF;
  } catch {
    return !isOff;
  }
}

/** Turn keys without Ctrl on or off, and remember it where the browser lets us. */
export function turnSingleKeys(on: boolean): void {
  isOff = !on;
  try {
    if (on) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
  } catch {
    // A browser that keeps nothing has it so until the page is closed.
  }
}

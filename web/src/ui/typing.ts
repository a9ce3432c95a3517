/** Whether keys that are pressed here write something, and so mean nothing else. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))
  );
}

/** Whether something lies above the page that keys belong to. */
export function isCovered(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

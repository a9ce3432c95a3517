/** Whether keys that are pressed here write something, and so mean nothing else. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))
  );
}

/** What keys belong to while it is open. What is said in passing lies above the page too, and takes none. */
const COVERS = "dialog[open], [popover=auto]:popover-open";

/** Whether something lies above the page that keys belong to: a dialog, a menu, an open form. */
export function isCovered(): boolean {
  return document.querySelector(COVERS) !== null;
}

import { type KeyboardEvent, type RefObject, useEffect, useEffectEvent } from "react";
import type { ContactSummary } from "../../../api/types";
import { areSingleKeysOn } from "../../../ui/single-keys";
import { isCovered, isTyping } from "../../../ui/typing";
import type { TableState } from "./cells";

const PAGE_OF_ROWS = 12;
/** A row that was out of sight is there a frame or two after it was scrolled to. */
const FRAMES = 6;

interface Walked extends TableState {
  rows: readonly ContactSummary[];
  scroller: RefObject<HTMLElement | null>;
  scrollTo: (index: number) => void;
}

/** Walk over the rows by keys: on, back, choose, open. Returns what the table does with a key that reaches it. */
export function useRowKeys(walked: Walked): (event: KeyboardEvent<HTMLElement>) => void {
  const { rows, scroller, scrollTo, openId, open, choose, chooseAll } = walked;

  const goTo = (index: number) => {
    const row = rows[index];
    if (!row) return;
    scrollTo(index);
    focusRow(scroller.current, row.id, FRAMES);
    // What is open beside the list follows.
    if (openId !== undefined) open(row.id);
  };

  // Whoever has the focus nowhere begins where the list is.
  const begin = useEffectEvent((event: globalThis.KeyboardEvent) => {
    if (
      event.defaultPrevented ||
      event.target !== document.body ||
      isCovered() ||
      (event.key !== "ArrowDown" && !(event.key === "j" && areSingleKeysOn()))
    )
      return;
    const opened = rows.findIndex(({ id }) => id === openId);
    event.preventDefault();
    goTo(opened >= 0 ? Math.min(opened + 1, rows.length - 1) : firstInSight(scroller.current));
  });
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => begin(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  return (event) => {
    const at = indexOf(event.target);
    if (at === undefined || isTyping(event.target) || event.defaultPrevented) return;
    const row = rows[at];
    if (!row || event.altKey) return;
    const isWide = event.ctrlKey || event.metaKey;
    if (isWide && event.key === "a") chooseAll();
    else if (isWide) return;
    else if (event.key === "x") choose(row.id, "one");
    else if (event.key === " ") open(openId === row.id ? undefined : row.id);
    else {
      const to = placeAfter(event.key, at, rows.length);
      const next = to === undefined ? undefined : rows[to];
      if (to === undefined || !next) return;
      if (event.shiftKey) chooseUpTo(row.id, next.id);
      goTo(to);
    }
    event.preventDefault();
  };

  function chooseUpTo(from: string, to: string) {
    if (!walked.selection.ids.has(from)) choose(from, "one");
    choose(to, "range");
  }
}

/** Where a key leads from a row; nowhere for any other key. */
export function placeAfter(key: string, at: number, length: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    j: 1,
    ArrowUp: -1,
    k: -1,
    PageDown: PAGE_OF_ROWS,
    PageUp: -PAGE_OF_ROWS,
    Home: -length,
    End: length,
  };
  const step = steps[key];
  return step === undefined ? undefined : Math.max(0, Math.min(length - 1, at + step));
}

function indexOf(target: EventTarget): number | undefined {
  if (!(target instanceof HTMLElement) || target.dataset["row"] === undefined) return undefined;
  const index = Number(target.closest("tr")?.dataset["index"]);
  return Number.isInteger(index) ? index : undefined;
}

function firstInSight(scroller: HTMLElement | null): number {
  const head = scroller?.querySelector("thead")?.getBoundingClientRect().bottom ?? 0;
  const shown = [...(scroller?.querySelectorAll<HTMLElement>("tr[data-index]") ?? [])];
  const first = shown.find((row) => row.getBoundingClientRect().top >= head - 1);
  return Number(first?.dataset["index"] ?? 0);
}

function focusRow(scroller: HTMLElement | null, id: string, frames: number): void {
  const link = scroller?.querySelector<HTMLElement>(`a[data-row="${CSS.escape(id)}"]`);
  if (link) link.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusRow(scroller, id, frames - 1));
}

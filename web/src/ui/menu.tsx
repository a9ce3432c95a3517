import type { LucideIcon } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { cx } from "./class-names";
import { Popover } from "./popover";

interface MenuProps {
  button: ReactNode;
  label: string;
  className?: string;
  width?: number;
  children: (close: () => void) => ReactNode;
}

/** A button and its menu, walked over by the arrow keys. */
export function Menu({ button, label, className, width = 220, children }: MenuProps) {
  return (
    <Popover button={button} label={label} width={width} isMenu {...(className ? { className } : {})}>
      {(close) => <Items label={label}>{children(close)}</Items>}
    </Popover>
  );
}

function Items({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="menu" aria-label={label} tabIndex={-1} onKeyDown={walk}>
      {children}
    </div>
  );
}

interface MenuItemProps {
  icon?: LucideIcon;
  danger?: boolean;
  /** Whether this is the one of several that holds. */
  chosen?: boolean;
  onChoose: () => void;
  children: ReactNode;
}

export function MenuItem({ icon: Icon, danger = false, chosen, onChoose, children }: MenuItemProps) {
  return (
    <button
      type="button"
      {...(chosen === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": chosen })}
      tabIndex={-1}
      onClick={onChoose}
      className={cx(
        "flex h-8 w-full items-center gap-2 rounded-md px-2 text-left text-sm hover:bg-hover focus-visible:bg-hover focus-visible:outline-none",
        danger && "text-bad",
        chosen && "font-medium",
      )}
    >
      {Icon && <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" strokeWidth={1.75} />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {chosen && <span aria-hidden="true" className="size-1.5 shrink-0 rounded-full bg-accent" />}
    </button>
  );
}

export function MenuLine() {
  return <hr className="my-1 border-line" />;
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const items = itemsOf(event.currentTarget);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = nextOf(event.key, at, items.length);
  const letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey ? event.key.toLowerCase() : "";
  const named =
    letter && letter !== " "
      ? [...items.slice(at + 1), ...items].find((item) =>
          item.textContent?.trim().toLowerCase().startsWith(letter),
        )
      : undefined;
  const item = to === undefined ? named : items[to];
  if (!item) return;
  event.preventDefault();
  item.focus();
}

/** Where a key leads in a list that is walked around; nowhere for any other key. */
export function nextOf(key: string, at: number, length: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return (at + 1) % length;
    case "ArrowUp":
      return (at + length - 1) % length;
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return undefined;
  }
}

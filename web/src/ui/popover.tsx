import { type ReactNode, useId, useRef, useState } from "react";
import { cx } from "./class-names";

const EDGE = 8;
/** As much room as most popovers want below their button; where there is less, they open upwards. */
const ENOUGH = 280;

interface PopoverProps {
  /** What is on the button. */
  button: ReactNode;
  /** What the button is called where its contents do not say it. */
  label?: string | undefined;
  className?: string;
  width?: number;
  panelClassName?: string;
  /** Whether its contents are a menu, told to screen readers before it opens. */
  isMenu?: boolean;
  children: (close: () => void) => ReactNode;
}

/**
 * A button and what it opens: the browser's own popover, which closes by Escape and by a click beside it and gives the
 * focus back. Its contents are there only while it is open, so each opening begins anew.
 */
export function Popover(props: PopoverProps) {
  const { button, label, className, width = 288, panelClassName, isMenu, children } = props;
  const id = useId();
  const anchor = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        popoverTarget={id}
        aria-label={label}
        aria-haspopup={isMenu ? "menu" : "dialog"}
        aria-expanded={isOpen}
        className={className}
      >
        {button}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        {...(isMenu ? {} : { role: "dialog", "aria-label": label })}
        onBeforeToggle={(event) => {
          const opens = event.newState === "open";
          if (opens && anchor.current && panel.current) place(panel.current, anchor.current, width);
          setOpen(opens);
        }}
        onToggle={(event) => event.newState === "open" && panel.current && focusFirst(panel.current)}
        className={cx(
          "fixed inset-auto m-0 overflow-y-auto rounded-lg border border-edge bg-raised p-1 text-ink shadow-lg",
          panelClassName,
        )}
      >
        {isOpen && children(() => panel.current?.hidePopover())}
      </div>
    </>
  );
}

/** Go to what one opened it for; before it is shown nothing in it takes the focus. */
function focusFirst(panel: HTMLElement): void {
  const first = panel.querySelector<HTMLElement>("[data-first]");
  (first ?? panel.querySelector<HTMLElement>("input, select, [role^=menuitem], button"))?.focus();
}

/** Put a panel below its button, or above where there is more room, and never beyond the window. */
function place(panel: HTMLElement, anchor: HTMLElement, width: number): void {
  const at = anchor.getBoundingClientRect();
  const widest = Math.min(width, window.innerWidth - 2 * EDGE);
  const below = window.innerHeight - at.bottom - 2 * EDGE;
  const above = at.top - 2 * EDGE;
  const upwards = below < ENOUGH && above > below;
  panel.style.width = `${widest}px`;
  panel.style.left = `${Math.max(EDGE, Math.min(at.left, window.innerWidth - widest - EDGE))}px`;
  panel.style.top = upwards ? "auto" : `${at.bottom + EDGE / 2}px`;
  panel.style.bottom = upwards ? `${window.innerHeight - at.top + EDGE / 2}px` : "auto";
  panel.style.maxHeight = `${upwards ? above : below}px`;
}

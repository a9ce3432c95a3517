import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { cx } from "./class-names";

interface DialogProps {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** The browser's own modal dialog: it keeps the focus inside, and Escape closes it. */
export function Dialog({ title, wide = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    // One that only vanishes would take the focus with it: closed, it gives it back to where it came from.
    return () => opened?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      // One that was opened again at once, as React tries out in development, is not left.
      onClose={({ currentTarget }) => currentTarget.open || onClose()}
      className={cx(
        "m-auto max-h-[85dvh] w-[calc(100%-2rem)] rounded-xl border border-edge bg-raised p-5 text-ink shadow-xl",
        wide ? "max-w-3xl" : "max-w-md",
      )}
    >
      <h2 id={titleId} className="mb-3 font-semibold text-base">
        {title}
      </h2>
      {children}
    </dialog>
  );
}

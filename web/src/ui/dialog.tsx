import { type ReactNode, useEffect, useId, useRef } from "react";
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
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
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

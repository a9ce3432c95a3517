import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "./class-names";
import { Spinner } from "./spinner";

const LOOKS = {
  primary: "border-transparent bg-button text-white enabled:hover:bg-button-hover",
  plain: "border-edge bg-raised text-ink enabled:hover:bg-hover",
  quiet: "border-transparent text-muted enabled:hover:bg-hover enabled:hover:text-ink",
  danger: "border-transparent bg-bad-button text-white enabled:hover:opacity-90",
} as const;

export type ButtonLook = keyof typeof LOOKS;

/** The shape of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "plain", className?: string): string {
  return cx(
    "inline-flex h-8 shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border px-2.5",
    "font-medium text-sm transition-colors disabled:opacity-55",
    LOOKS[look],
    className,
  );
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  busy?: boolean;
  children: ReactNode;
}

/** A button; while `busy` it turns, and cannot be pressed again. */
export function Button({
  look = "plain",
  busy = false,
  className,
  children,
  type,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type ?? "button"}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={buttonClass(look, className)}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

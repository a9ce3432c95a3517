import { type InputHTMLAttributes, type ReactNode, useId } from "react";
import { cx } from "./class-names";

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  suffix?: string | undefined;
}

/** A labelled input with its hint and its error, both told to screen readers. */
export function Field({ label, hint, error, suffix, className, ...input }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      <div className="flex items-center gap-1.5">
        <input
          {...input}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
          className={cx(
            "h-9 w-full min-w-0 rounded-md border bg-raised px-2.5 text-base placeholder:text-muted",
            error ? "border-bad" : "border-field",
          )}
        />
        {suffix && <span className="text-muted text-sm">{suffix}</span>}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-muted text-xs">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-bad text-xs">
          {error}
        </p>
      )}
    </div>
  );
}

import type { ReactNode } from "react";
import { cx } from "./class-names";

const TONES = {
  bad: "bg-bad-soft text-bad",
  warn: "bg-warn-soft text-warn",
  good: "bg-good-soft text-good",
  info: "bg-info-soft text-accent",
} as const;

/** A short message; what went wrong is announced at once. */
export function Notice({
  tone,
  children,
  action,
}: {
  tone: keyof typeof TONES;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cx("flex animate-appear items-center gap-3 rounded-md px-3 py-2 text-sm", TONES[tone])}
    >
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</div>
      {action}
    </div>
  );
}

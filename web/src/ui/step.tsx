import type { LucideIcon } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { cx } from "./class-names";

interface StepProps {
  icon: LucideIcon;
  /** Whether it is the one that somebody was led to. */
  isMeant?: boolean;
  ref?: Ref<HTMLLIElement>;
  children: ReactNode;
}

/** A step of the past, on the line that leads through all of them. */
export function Step({ icon: Icon, isMeant = false, ref, children }: StepProps) {
  return (
    <li ref={ref} aria-current={isMeant || undefined} className="group relative flex gap-3 pb-5">
      <span aria-hidden="true" className="absolute top-8 bottom-1 left-3.5 w-px bg-line group-last:hidden" />
      <span className="grid size-7 shrink-0 place-items-center rounded-full border bg-raised text-muted">
        <Icon aria-hidden="true" className="size-3.5" />
      </span>
      <div
        className={cx(
          "min-w-0 flex-1 pt-0.5",
          isMeant && "rounded-md bg-info-soft px-2 pb-1 ring-1 ring-accent",
        )}
      >
        {children}
      </div>
    </li>
  );
}

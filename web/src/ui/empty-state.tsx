import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** What to see, and do, where there is nothing yet. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center px-4 py-16 text-center">
      <div className="mb-4 grid size-11 place-items-center rounded-xl border bg-raised text-muted shadow-xs">
        <Icon aria-hidden="true" className="size-5" strokeWidth={1.75} />
      </div>
      <h2 className="mb-1 font-semibold text-base">{title}</h2>
      <p className="text-muted text-sm">{children}</p>
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

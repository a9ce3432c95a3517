import { Sparkles } from "lucide-react";
import type { Connection } from "../../api/types";
import { ProviderCards } from "../connections/provider-cards";

/** The way in for somebody who has nothing here yet: the tools to connect, or people who do not exist. */
export function FirstRun({ connections }: { connections: readonly Connection[] }) {
  return (
    <div className="mx-auto max-w-3xl px-4 py-12 md:px-6">
      <div className="mb-6 text-center">
        <div className="mx-auto mb-4 grid size-11 place-items-center rounded-xl border bg-raised text-accent shadow-xs">
          <Sparkles aria-hidden="true" className="size-5" strokeWidth={1.75} />
        </div>
        <h2 className="font-semibold text-lg tracking-tight">Connect your first source</h2>
        <p className="mx-auto mt-1 max-w-md text-muted">
          Your customers live in several tools. Connect them, and the records of one person become one contact
          here, with every value's source beside it.
        </p>
      </div>
      <ProviderCards connections={connections} />
    </div>
  );
}

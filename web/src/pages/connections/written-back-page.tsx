import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useTitle } from "../../ui/use-title";
import { useAccountNames } from "../contact/account-names";
import { Actions } from "./actions";

/** All that was written back, at whichever account. */
export function WrittenBackPage() {
  useTitle("Written back");
  const accountNames = useAccountNames();
  return (
    <div className="mx-auto max-w-4xl px-4 pt-4 pb-16 md:px-6 md:pt-6">
      <Link
        to="/connections"
        className="mb-3 inline-flex items-center gap-1 rounded text-muted text-sm hover:text-ink"
      >
        <ArrowLeft aria-hidden="true" className="size-3.5" />
        Connections
      </Link>
      <h1 className="font-semibold text-xl tracking-tight">Written back</h1>
      <p className="mt-1 mb-4 max-w-prose text-muted">
        What was changed in your tools from here, what came of it, and the way back.
      </p>
      <div className="rounded-xl border bg-raised px-4 py-2">
        <Actions accountNames={accountNames} />
      </div>
    </div>
  );
}

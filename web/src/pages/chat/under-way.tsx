import type { Proposal } from "../../api/types";
import { useNow } from "../../ui/ago";
import { Button } from "../../ui/button";
import { canGoOn } from "./going-on";

interface UnderWayProps {
  proposal: Pick<Proposal, "state" | "decided_at">;
  findOut: () => unknown;
  busy: boolean;
}

/** What was approved and is not over, which says so by itself; after a while one may ask. */
export function UnderWay({ proposal, findOut, busy }: UnderWayProps) {
  const now = useNow();
  return (
    <div className="flex items-center gap-3 text-muted text-sm">
      <p className="min-w-0 flex-1">Approved. What comes of it is shown here as soon as it is known.</p>
      {canGoOn(proposal, now) && (
        <Button busy={busy} onClick={findOut}>
          Find out
        </Button>
      )}
    </div>
  );
}

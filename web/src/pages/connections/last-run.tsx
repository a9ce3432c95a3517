import type { ReactNode } from "react";
import type { Sync } from "../../api/types";
import { isUnderWay, tallyOf } from "../../live/progress";
import { count } from "../../ui/format";
import { Notice } from "../../ui/notice";
import type { Panel } from "./panels";
import { Progress } from "./progress";

interface LastRunProps {
  latest: Sync | undefined;
  /** Its provider no longer lets us in, which is said already. */
  isBroken: boolean;
  loading: boolean;
  show: (panel: Panel) => void;
}

/** What the latest sync is doing, and what of it a person should see. */
export function LastRun({ latest, isBroken, loading, show }: LastRunProps) {
  if (!latest) {
    return loading ? null : <p className="text-muted text-sm">The first sync begins in a moment.</p>;
  }
  const { skipped } = tallyOf(latest);
  const unread = isUnderWay(latest) ? 0 : Object.keys(latest.problems ?? {}).length;
  return (
    <>
      {isUnderWay(latest) && <Progress sync={latest} />}
      {latest.problem && !isBroken && (
        <Notice tone={latest.state === "failed" ? "bad" : "warn"}>
          {latest.problem}
          {latest.state === "failed" && " The next sync goes on where this one stopped."}
        </Notice>
      )}
      {(skipped > 0 || unread > 0) && (
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {skipped > 0 && <Hint onClick={() => show("skipped")}>{count(skipped)} could not be read</Hint>}
          {unread > 0 && (
            <Hint onClick={() => show("syncs")}>
              {unread === 1 ? "One part" : `${unread} parts`} left out
            </Hint>
          )}
        </p>
      )}
    </>
  );
}

function Hint({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" onClick={onClick} className="rounded text-warn hover:underline">
      {children}
    </button>
  );
}

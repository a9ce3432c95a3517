import type { ReactNode } from "react";
import type { Sync } from "../../api/types";
import { isUnderWay, tallyOf } from "../../live/progress";
import { Ago, useNow } from "../../ui/ago";
import { clock, count } from "../../ui/format";
import { Notice } from "../../ui/notice";
import type { Panel } from "./panels";
import { Progress } from "./progress";

interface LastRunProps {
  latest: Sync | undefined;
  loading: boolean;
  show: (panel: Panel) => void;
}

/** What the latest sync is doing, or did. */
export function LastRun({ latest, loading, show }: LastRunProps) {
  if (!latest) {
    return loading ? null : <p className="text-muted text-sm">The first sync begins in a moment.</p>;
  }
  const { skipped } = tallyOf(latest);
  const unread = Object.keys(latest.problems ?? {}).length;
  return (
    <>
      {isUnderWay(latest) ? <Progress sync={latest} /> : <Outcome sync={latest} />}
      {latest.problem && (
        <Notice tone={latest.state === "failed" ? "bad" : "warn"}>
          {latest.problem} <Onward sync={latest} />
        </Notice>
      )}
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm empty:hidden">
        {skipped > 0 && <Hint onClick={() => show("skipped")}>{count(skipped)} could not be read</Hint>}
        {unread > 0 && !isUnderWay(latest) && (
          <Hint onClick={() => show("syncs")}>{unread === 1 ? "One part" : `${unread} parts`} left out</Hint>
        )}
      </p>
    </>
  );
}

/** When a run that waits, or failed, goes on. */
function Onward({ sync }: { sync: Sync }) {
  const now = useNow();
  if (sync.state === "waiting" && sync.retry_at)
    return <>It goes on by itself at {clock(sync.retry_at, now)}.</>;
  if (sync.state === "failed") return <>The next sync goes on where this one stopped.</>;
  return null;
}

function Hint({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" onClick={onClick} className="rounded text-warn hover:underline">
      {children}
    </button>
  );
}

const MODES = { first: "First sync", incremental: "Synced", full: "Everything read again" } as const;

function Outcome({ sync }: { sync: Sync }) {
  const tally = tallyOf(sync);
  const parts = [
    { number: tally.added, words: "added" },
    { number: tally.updated, words: "updated" },
    { number: tally.gone, words: "deleted" },
  ].filter((part) => part.number > 0);
  return (
    <p className="text-muted text-sm tabular-nums">
      {MODES[sync.mode]} <Ago at={sync.finished_at ?? sync.started_at} />
      {" · "}
      {count(tally.fetched)} read
      {parts.map(({ number, words }) => ` · ${count(number)} ${words}`)}
      {parts.length === 0 && sync.state === "succeeded" && " · nothing new"}
    </p>
  );
}

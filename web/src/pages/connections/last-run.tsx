import { useState } from "react";
import type { Sync } from "../../api/types";
import { isUnderWay, tallyOf } from "../../live/progress";
import { Ago } from "../../ui/ago";
import { count, exactly, inWords } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { SkippedDialog } from "./skipped-dialog";

interface LastRunProps {
  connectionId: string;
  latest: Sync | undefined;
  loading: boolean;
}

/** What the latest sync is doing, or did. */
export function LastRun({ connectionId, latest, loading }: LastRunProps) {
  if (!latest) {
    return (
      <p className="text-muted text-sm">{loading ? "Loading …" : "The first sync begins in a moment."}</p>
    );
  }
  return (
    <>
      {isUnderWay(latest) ? <Progress sync={latest} /> : <Outcome sync={latest} />}
      {latest.problem && <Notice tone={latest.state === "failed" ? "bad" : "warn"}>{latest.problem}</Notice>}
      <Skipped connectionId={connectionId} number={tallyOf(latest).skipped} />
    </>
  );
}

function Progress({ sync }: { sync: Sync }) {
  const { fetched, total } = tallyOf(sync);
  const streams = Object.entries(sync.counts);
  return (
    <div className="space-y-2">
      <progress
        className="bar"
        aria-label="Progress of the sync"
        {...(total ? { max: total, value: fetched } : {})}
      />
      <p className="text-muted text-sm tabular-nums">
        {streams.length === 0 && (sync.state === "queued" ? "Waiting for its turn …" : "Starting …")}
        {streams.map(([stream, counts], index) => (
          <span key={stream}>
            {index > 0 && " · "}
            {inWords(stream)} {count(counts.fetched)}
            {sync.total[stream] !== undefined && ` of ${count(Math.max(sync.total[stream], counts.fetched))}`}
          </span>
        ))}
        {sync.state === "waiting" && sync.retry_at && ` · goes on at ${exactly(sync.retry_at)}`}
      </p>
    </div>
  );
}

function Outcome({ sync }: { sync: Sync }) {
  const tally = tallyOf(sync);
  const parts = [
    { number: tally.added, words: "added" },
    { number: tally.updated, words: "updated" },
    { number: tally.gone, words: "deleted" },
  ].filter((part) => part.number > 0);
  return (
    <p className="text-muted text-sm tabular-nums">
      {sync.mode === "first" ? "First sync" : "Synced"} <Ago at={sync.finished_at ?? sync.started_at} />
      {" · "}
      {count(tally.fetched)} read
      {parts.map(({ number, words }) => ` · ${count(number)} ${words}`)}
      {parts.length === 0 && sync.state === "succeeded" && " · nothing new"}
    </p>
  );
}

function Skipped({ connectionId, number }: { connectionId: string; number: number }) {
  const [looking, setLooking] = useState(false);
  if (number === 0) return null;
  return (
    <>
      <button
        type="button"
        onClick={() => setLooking(true)}
        className="rounded text-sm text-warn hover:underline"
      >
        {count(number)} could not be read
      </button>
      {looking && <SkippedDialog connectionId={connectionId} onClose={() => setLooking(false)} />}
    </>
  );
}

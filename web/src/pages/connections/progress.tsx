import { useEffect, useState } from "react";
import type { Sync } from "../../api/types";
import { expectedOf, tallyOf } from "../../live/progress";
import { count, duration, inWords } from "../../ui/format";
import { rateOf, remembered, type Sample, secondsLeft } from "./pace";

/** How far a sync is, object by object, how fast it goes, and how long it takes. */
export function Progress({ sync }: { sync: Sync }) {
  const { fetched } = tallyOf(sync);
  const expected = expectedOf(sync);
  const rate = useRate(sync.id, fetched, sync.state === "running");
  const left = expected && secondsLeft(expected.fetched, expected.total, rate);
  // Of what a provider keeps apart, such as its bin, there is often nothing.
  const streams = Object.entries(sync.counts).filter(
    ([stream, counts]) => counts.fetched > 0 || sync.total[stream] !== undefined,
  );
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap justify-between gap-x-4 text-sm tabular-nums">
        <span className="font-medium">{headline(sync)}</span>
        <span className="text-muted">
          {rate !== null && rate > 0 && `${count(Math.max(1, Math.round(rate)))} a second`}
          {left !== null && ` · ${expected?.isAll ? "about" : "at least"} ${duration(left)} left`}
        </span>
      </div>
      {(expected || sync.state !== "waiting") && (
        <progress
          className="bar"
          aria-label="Progress of the sync"
          {...(expected?.total ? { max: expected.total, value: expected.fetched } : {})}
        />
      )}
      <ul className="grid empty:hidden gap-x-6 gap-y-1 text-muted text-sm tabular-nums sm:grid-cols-2">
        {streams.map(([stream, counts]) => {
          const total = sync.total[stream];
          const of = total === undefined ? null : Math.max(total, counts.fetched);
          return (
            <li key={stream} className="flex items-center gap-3">
              <span className="min-w-0 flex-1 truncate">{inWords(stream)}</span>
              <span>
                {count(counts.fetched)}
                {of !== null && ` of ${count(of)}`}
              </span>
              {of !== null && (
                <progress
                  className="bar w-16 shrink-0"
                  aria-label={inWords(stream)}
                  max={Math.max(1, of)}
                  value={of === 0 ? 1 : counts.fetched}
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const READS = {
  first: "Reading for the first time",
  incremental: "Looking for news",
  full: "Reading everything again",
};

function headline(sync: Sync): string {
  if (sync.state === "queued") return "Waiting for its turn …";
  if (sync.state === "waiting") return `${READS[sync.mode]}, but not just now`;
  return READS[sync.mode];
}

const LOOK_AGAIN_MS = 2_000;

/** How many records a second were read lately. */
function useRate(syncId: string, fetched: number, isRunning: boolean): number | null {
  const [seen, setSeen] = useState<{ syncId: string; samples: Sample[] }>({ syncId, samples: [] });
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const at = Date.now();
    setNow(at);
    setSeen((before) => {
      const samples = before.syncId === syncId ? before.samples : [];
      return { syncId, samples: remembered(samples, { at, done: fetched }) };
    });
  }, [syncId, fetched]);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return isRunning ? rateOf(seen.samples, now) : null;
}

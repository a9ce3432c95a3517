import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { runsQuery } from "../../api/connections";
import type { Connection, Sync } from "../../api/types";
import { isUnderWay, tallyOf } from "../../live/progress";
import { Ago } from "../../ui/ago";
import { cx } from "../../ui/class-names";
import { Failure } from "../../ui/failure";
import { count, duration, exactly, inWords } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { ShowEarlier } from "../../ui/show-earlier";

const NUMBERS = ["fetched", "added", "updated", "gone", "skipped"] as const;
const HEADS = {
  fetched: "Read",
  added: "Added",
  updated: "Updated",
  gone: "Deleted",
  skipped: "Not read",
} as const;
const MODES = { first: "First", incremental: "News", full: "Everything" } as const;

/** What was read when, run by run; each opens to what it did, part by part, and what went wrong. */
export function RunList({ connection }: { connection: Connection }) {
  const list = useInfiniteQuery(runsQuery(connection.id));
  const runs = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && runs.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (list.isPending) return <Loading />;
  if (runs.length === 0) return <p className="text-muted text-sm">Nothing was read yet.</p>;
  return (
    <>
      <div className="overflow-x-auto">
        <table className="w-full text-sm tabular-nums">
          <thead>
            <tr className="text-left text-muted text-xs">
              {["Began", "Kind", "Outcome"].map((head) => (
                <th key={head} scope="col" className="py-1 pr-4 font-medium">
                  {head}
                </th>
              ))}
              {NUMBERS.map((name) => (
                <th key={name} scope="col" className="py-1 pr-4 text-right font-medium">
                  {HEADS[name]}
                </th>
              ))}
            </tr>
          </thead>
          {runs.map((run) => (
            <Run key={run.id} run={run} />
          ))}
        </table>
      </div>
      {list.isFetchNextPageError && <Failure error={list.error} />}
      <ShowEarlier list={list} />
    </>
  );
}

const TONES: Partial<Record<Sync["state"], string>> = {
  succeeded: "text-good",
  failed: "text-bad",
  waiting: "text-warn",
};

function Run({ run }: { run: Sync }) {
  const [open, setOpen] = useState(false);
  const tally = tallyOf(run);
  const problems = Object.keys(run.problems ?? {}).length;
  return (
    <tbody className="border-t">
      <tr>
        <td className="whitespace-nowrap py-1.5 pr-4">
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="-ml-1 flex items-center gap-1 rounded pr-1 hover:text-accent"
          >
            <ChevronRight
              aria-hidden="true"
              className={cx("size-3.5 shrink-0 transition-transform", open && "rotate-90")}
            />
            <Ago at={run.started_at} />
          </button>
        </td>
        <td className="pr-4">{MODES[run.mode]}</td>
        <td className={cx("whitespace-nowrap pr-4", TONES[run.state])}>
          {inWords(run.state)}
          {run.state === "succeeded" && problems > 0 && <span className="text-warn"> in part</span>}
        </td>
        {NUMBERS.map((name) => (
          <td key={name} className="pr-4 text-right">
            <Figure number={tally[name]} isBad={name === "skipped"} />
          </td>
        ))}
      </tr>
      {open && (
        <tr>
          <td colSpan={3 + NUMBERS.length} className="pb-3">
            <RunDetails run={run} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** A number; what is nothing does not catch the eye. */
function Figure({ number, isBad = false }: { number: number; isBad?: boolean }) {
  return <span className={number === 0 ? "text-muted" : cx(isBad && "text-warn")}>{count(number)}</span>;
}

function RunDetails({ run }: { run: Sync }) {
  const streams = [...new Set([...Object.keys(run.counts), ...Object.keys(run.problems ?? {})])];
  const told = streams.filter((stream) => run.problems?.[stream] || !isIdle(run, stream));
  const idle = streams.filter((stream) => !told.includes(stream));
  return (
    <div className="animate-appear space-y-2 rounded-lg bg-side p-3">
      <p className="text-muted text-xs">{whenOf(run)}</p>
      {run.problem && <p className={run.state === "failed" ? "text-bad" : "text-warn"}>{run.problem}</p>}
      <ul className="space-y-1 empty:hidden">
        {told.map((stream) => (
          <li key={stream} className="flex flex-wrap gap-x-3">
            <span className="min-w-32 font-medium">{inWords(stream)}</span>
            <span className="text-muted">{countsOf(run, stream)}</span>
            {run.problems?.[stream] && <span className="text-warn">{run.problems[stream]}</span>}
          </li>
        ))}
      </ul>
      {idle.length > 0 && (
        <p className="text-muted text-xs">
          Nothing {told.length > 0 ? "else " : ""}in:{" "}
          {idle.map((stream) => inWords(stream).toLowerCase()).join(", ")}.
        </p>
      )}
    </div>
  );
}

function isIdle(run: Sync, stream: string): boolean {
  return Object.values(run.counts[stream] ?? {}).every((number) => number === 0);
}

function whenOf(run: Sync): string {
  const began = `Began ${exactly(run.started_at)}`;
  if (isUnderWay(run) || !run.finished_at) return began;
  return `${began} · took ${duration((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1_000)}`;
}

function countsOf(run: Sync, stream: string): string {
  const counts = run.counts[stream];
  if (!counts) return "";
  const rest = [
    [counts.added, "added"],
    [counts.updated, "updated"],
    [counts.unchanged, "unchanged"],
    [counts.gone, "deleted"],
    [counts.skipped, "not read"],
  ] as const;
  const told = rest.filter(([number]) => number > 0).map(([number, words]) => `${count(number)} ${words}`);
  return [`${count(counts.fetched)} read`, ...told].join(" · ");
}

import type { ReactNode } from "react";
import type { Connection, StreamCoverage, Sync } from "../../api/types";
import { isUnderWay, tallyOf } from "../../live/progress";
import { Ago } from "../../ui/ago";
import { cx } from "../../ui/class-names";
import { count } from "../../ui/format";
import { useProviderOf } from "../../ui/providers";
import { besideTheirs, ofContacts, ofTheRest } from "./counts";
import type { Panel } from "./panels";
import { useCoverage, useLastSuccess } from "./use-connection";

interface AtAGlanceProps {
  connection: Connection;
  runs: readonly Sync[] | undefined;
  show: (panel: Panel) => void;
}

/** The four things one wants to know of an account: how fresh, how complete, and how we hear of changes. */
export function AtAGlance({ connection, runs, show }: AtAGlanceProps) {
  const success = useLastSuccess(connection, runs);
  const coverage = useCoverage(connection, runs);
  const { label, isFile } = useProviderOf()(connection.provider);
  const counted = coverage.data?.items ?? [];
  // While it is read for the first time, how far that is says all.
  if (!success && runs?.[0] && isUnderWay(runs[0])) return null;
  if (runs === undefined)
    return <div aria-hidden="true" className="h-16 animate-pulse rounded-lg bg-hover" />;
  return (
    <dl className={cx("grid grid-cols-2 overflow-hidden rounded-lg border", !isFile && "lg:grid-cols-4")}>
      <Cell title="Last success">
        {success ? <Ago at={success.finished_at ?? success.started_at} /> : "Not yet"}
        <Small>{success ? whatCame(success) : "nothing was read yet"}</Small>
      </Cell>
      {isFile ? (
        <Cell title="People">
          {success ? count(ofContacts(counted)[0]?.ours ?? tallyOf(success).fetched) : "–"}
          <Small>in the file as it is here</Small>
        </Cell>
      ) : (
        <>
          <Held title="Contacts" streams={ofContacts(counted)} label={label} show={show} />
          <Held title="All else" streams={ofTheRest(counted)} label={label} show={show} />
        </>
      )}
      {!isFile && <Told connection={connection} label={label} />}
    </dl>
  );
}

/** What a run read, and what of that was new. */
export function whatCame(run: Sync): string {
  const { fetched, added, updated, gone } = tallyOf(run);
  const parts = [
    added && `${count(added)} added`,
    updated && `${count(updated)} updated`,
    gone && `${count(gone)} gone`,
  ];
  const told = parts.filter(Boolean);
  return [`${count(fetched)} read`, ...(told.length > 0 ? told : ["nothing new"])].join(", ");
}

function Cell({ title, children }: { title: string; children: ReactNode }) {
  return (
    // The outer lines of the grid are cut off by its frame.
    <div className="-mr-px -mb-px min-w-0 border-r border-b px-3 py-2">
      <dt className="text-muted text-xs">{title}</dt>
      <dd className="mt-0.5 font-medium tabular-nums">{children}</dd>
    </div>
  );
}

function Small({ children }: { children: ReactNode }) {
  return <span className="block font-normal text-muted text-xs">{children}</span>;
}

interface HeldProps {
  title: string;
  streams: readonly StreamCoverage[];
  label: string;
  show: (panel: Panel) => void;
}

/** How many records are here, and whether that is all there are. */
function Held({ title, streams, label, show }: HeldProps) {
  if (streams.length === 0) {
    return (
      <Cell title={title}>
        –<Small>counted when all is read</Small>
      </Cell>
    );
  }
  const { ours, words, isOff } = besideTheirs(streams, label);
  return (
    <Cell title={title}>
      {count(ours)}
      {isOff ? (
        <button
          type="button"
          onClick={() => show("counts")}
          className="block rounded text-left font-normal text-warn text-xs hover:underline"
        >
          {words}
        </button>
      ) : (
        <Small>{words}</Small>
      )}
    </Cell>
  );
}

/** How changes come to us. */
function Told({ connection, label }: { connection: Connection; label: string }) {
  const { webhooks, last_webhook_at } = connection;
  return (
    <Cell title="Changes">
      {webhooks === "on" ? "Heard at once" : "Asked for regularly"}
      <Small>
        {webhooks === "on" && last_webhook_at && (
          <>
            {label} tells us, last <Ago at={last_webhook_at} />
          </>
        )}
        {webhooks === "on" && !last_webhook_at && `${label} tells us; nothing happened yet`}
        {webhooks === "off" && "and whenever you ask"}
        {webhooks === "refused" && `${label} did not let us subscribe`}
      </Small>
    </Cell>
  );
}

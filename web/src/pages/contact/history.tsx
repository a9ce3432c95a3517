import { useInfiniteQuery } from "@tanstack/react-query";
import { GitFork, GitMerge, Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import { historyQuery } from "../../api/queries";
import type { ContactDetail, HistoryEntry, SourceName } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { counted, inWords } from "../../ui/format";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { useAccountNames } from "./account-names";

/** How this record came to be who it is: what joined, what parted, and why. */
export function History({ contact }: { contact: ContactDetail }) {
  const list = useInfiniteQuery(historyQuery(contact.id));
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && entries.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (list.isPending) return <p className="text-muted text-sm">Loading …</p>;
  return (
    <>
      <ol>
        {entries.map((entry) => (
          <Entry key={entry.number} entry={entry} />
        ))}
        {list.hasNextPage || (
          <Step icon={<Sparkles aria-hidden="true" className="size-3.5" />} at={contact.created_at}>
            <p className="font-medium">First seen</p>
            {entries.length === 0 && (
              <p className="text-muted text-sm">Nothing joined it and nothing parted from it since.</p>
            )}
          </Step>
        )}
      </ol>
      {list.hasNextPage && (
        <Button look="quiet" busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </>
  );
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const joined = entry.kind === "joined";
  const Icon = joined ? GitMerge : GitFork;
  return (
    <Step icon={<Icon aria-hidden="true" className="size-3.5" />} at={entry.happened_at}>
      <p className="font-medium">
        {counted(entry.sides.length, "record")} {joined ? "joined" : "parted"}
      </p>
      <ul className="mt-1.5 space-y-1">
        {entry.sides.map((side) => (
          <li
            key={side.id}
            className="flex flex-wrap gap-x-3 gap-y-1 rounded-md border bg-raised px-2.5 py-1.5 text-sm"
          >
            {side.sources.map((source) => (
              <Name key={`${source.connection_id}/${source.provider_id}`} source={source} />
            ))}
          </li>
        ))}
      </ul>
      {entry.edges.length > 0 && (
        <p className="mt-1.5 text-muted text-sm [overflow-wrap:anywhere]">
          {joined ? "Because of " : "What had held them: "}
          {reasonsOf(entry)}
        </p>
      )}
    </Step>
  );
}

function Step({ icon, at, children }: { icon: ReactNode; at: string; children: ReactNode }) {
  return (
    <li className="group relative flex gap-3 pb-5">
      <span aria-hidden="true" className="absolute top-8 bottom-1 left-3.5 w-px bg-line group-last:hidden" />
      <span className="grid size-7 shrink-0 place-items-center rounded-full border bg-raised text-muted">
        {icon}
      </span>
      <div className="min-w-0 flex-1 pt-0.5">
        {children}
        <p className="mt-1 text-muted text-xs">
          <Ago at={at} />
        </p>
      </div>
    </li>
  );
}

function Name({ source }: { source: SourceName }) {
  const providerOf = useProviderOf();
  const accounts = useAccountNames();
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      <ProviderMark name={source.provider} />
      <span className="truncate">
        {accounts.get(source.connection_id) ?? providerOf(source.provider).label}
      </span>
      <span className="text-muted text-xs">{source.provider_id}</span>
    </span>
  );
}

/** Say each reason once: one email may hold many records together. A value comes with its kind, `email:…`. */
function reasonsOf(entry: HistoryEntry): string {
  const reasons = new Set(
    entry.edges.map(
      (edge) => `the ${inWords(edge.rule).toLowerCase()} ${edge.value.replace(/^[a-z_]+:/, "")}`,
    ),
  );
  return [...reasons].join(", ");
}

import { useInfiniteQuery } from "@tanstack/react-query";
import {
  CalendarDays,
  CircleDollarSign,
  ListChecks,
  type LucideIcon,
  Mail,
  MessageSquare,
  Phone,
  StickyNote,
  Ticket,
  Zap,
} from "lucide-react";
import { useState } from "react";
import { timelineQuery } from "../../api/queries";
import type { Interaction } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { inWords, money } from "../../ui/format";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { SafeLink } from "../../ui/safe-link";
import { Select } from "../../ui/select";
import { choicesOf, isShown, type TimelineFilter } from "./timeline-filter";

const ICONS: Readonly<Record<Interaction["kind"], LucideIcon>> = {
  deal: CircleDollarSign,
  ticket: Ticket,
  note: StickyNote,
  email: Mail,
  meeting: CalendarDays,
  call: Phone,
  task: ListChecks,
  activity: Zap,
  comment: MessageSquare,
};

/** Deals, tickets and the like, the latest first, from every source. */
export function Timeline({ contactId }: { contactId: string }) {
  const list = useInfiniteQuery(timelineQuery(contactId));
  const [filter, setFilter] = useState<TimelineFilter>({});
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && entries.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (list.isPending) return <p className="text-muted text-sm">Loading …</p>;
  if (entries.length === 0) {
    return (
      <EmptyState icon={CalendarDays} title="Nothing happened yet">
        Deals, tickets and notes of this person appear here as their tools tell of them.
      </EmptyState>
    );
  }
  const shown = entries.filter((entry) => isShown(entry, filter));
  return (
    <>
      <Filters entries={entries} filter={filter} onChange={setFilter} />
      {shown.length === 0 && (
        <p className="mb-3 text-muted text-sm">
          None of these{list.hasNextPage ? " among the latest. There are earlier ones." : "."}
        </p>
      )}
      <ol>
        {shown.map((entry) => (
          <Entry key={`${entry.connection_id}/${entry.kind}/${entry.provider_id}`} entry={entry} />
        ))}
      </ol>
      {list.hasNextPage && (
        <Button look="quiet" busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </>
  );
}

interface FiltersProps {
  entries: readonly Interaction[];
  filter: TimelineFilter;
  onChange: (filter: TimelineFilter) => void;
}

function Filters({ entries, filter, onChange }: FiltersProps) {
  const providerOf = useProviderOf();
  const kinds = choicesOf(entries.map(({ kind }) => kind));
  const providers = choicesOf(entries.map(({ provider }) => provider));
  if (kinds.length < 2 && providers.length < 2) return null;
  return (
    <div className="mb-4 flex flex-wrap gap-x-4 gap-y-2">
      <Select
        label="What"
        options={[
          { value: "", label: "Everything" },
          ...kinds.map((kind) => ({ value: kind, label: inWords(kind) })),
        ]}
        value={filter.kind ?? ""}
        onChoose={(kind) => onChange({ ...filter, kind: kind || undefined })}
      />
      <Select
        label="From"
        options={[
          { value: "", label: "Every source" },
          ...providers.map((name) => ({ value: name, label: providerOf(name).label })),
        ]}
        value={filter.provider ?? ""}
        onChoose={(provider) => onChange({ ...filter, provider: provider || undefined })}
      />
    </div>
  );
}

function Entry({ entry }: { entry: Interaction }) {
  const providerOf = useProviderOf();
  const Icon = ICONS[entry.kind];
  const title = entry.title || inWords(entry.kind);
  return (
    <li className="group relative flex gap-3 pb-5">
      <span aria-hidden="true" className="absolute top-8 bottom-1 left-3.5 w-px bg-line group-last:hidden" />
      <span className="grid size-7 shrink-0 place-items-center rounded-full border bg-raised text-muted">
        <Icon aria-hidden="true" className="size-3.5" />
      </span>
      <div className="min-w-0 flex-1 pt-0.5">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium [overflow-wrap:anywhere]">
            {entry.url ? <SafeLink href={entry.url}>{title}</SafeLink> : title}
          </span>
          {entry.status && (
            <span className="rounded-md bg-hover px-1.5 py-0.5 text-muted text-xs">
              {inWords(entry.status)}
            </span>
          )}
          {entry.amount && (
            <span className="font-medium text-sm tabular-nums">{money(entry.amount, entry.currency)}</span>
          )}
        </div>
        {entry.body && (
          <p className="mt-0.5 line-clamp-4 whitespace-pre-line text-muted text-sm [overflow-wrap:anywhere]">
            {entry.body}
          </p>
        )}
        <p className="mt-0.5 flex items-center gap-1 text-muted text-xs">
          <ProviderMark name={entry.provider} />
          {providerOf(entry.provider).label} · {inWords(entry.kind)}
          {entry.occurred_at && (
            <>
              {" · "}
              <Ago at={entry.occurred_at} />
            </>
          )}
        </p>
      </div>
    </li>
  );
}

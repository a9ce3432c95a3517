import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
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
import { type TimelineFilter, timelineQuery } from "../../api/queries";
import type { ContactDetail, Interaction } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Clamped } from "../../ui/clamped";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { inWords, money } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { SafeLink } from "../../ui/safe-link";
import { Select } from "../../ui/select";
import { ShowEarlier } from "../../ui/show-earlier";
import { Step } from "../../ui/step";
import { recordKey, useInSight } from "./cited";
import { isNarrowed, KINDS, providersOf } from "./timeline-filter";

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

interface TimelineProps {
  contact: ContactDetail;
  /** The record that an answer rests on. */
  cited?: string | undefined;
}

/** Deals, tickets and the like, the latest first, from every source. */
export function Timeline({ contact, cited }: TimelineProps) {
  const [filter, setFilter] = useState<TimelineFilter>({});
  const list = useInfiniteQuery({ ...timelineQuery(contact.id, filter), placeholderData: keepPreviousData });
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && entries.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (list.isPending) return <Loading />;
  if (entries.length === 0 && !isNarrowed(filter)) {
    return (
      <EmptyState icon={CalendarDays} title="Nothing happened yet">
        Deals, tickets and notes of this person appear here as their tools tell of them.
      </EmptyState>
    );
  }
  return (
    <>
      <Filters providers={providersOf(contact)} filter={filter} onChange={setFilter} />
      {entries.length === 0 && <p className="text-muted text-sm">There are none of these.</p>}
      <ol aria-label="What happened" aria-busy={list.isPlaceholderData}>
        {entries.map((entry) => (
          <Entry
            key={`${entry.connection_id}/${entry.kind}/${entry.provider_id}`}
            entry={entry}
            isCited={recordKey(entry) === cited}
          />
        ))}
      </ol>
      <ShowEarlier list={list} />
    </>
  );
}

interface FiltersProps {
  providers: readonly string[];
  filter: TimelineFilter;
  onChange: (filter: TimelineFilter) => void;
}

function Filters({ providers, filter, onChange }: FiltersProps) {
  const providerOf = useProviderOf();
  return (
    <div className="mb-4 flex flex-wrap gap-x-4 gap-y-2">
      <Select
        label="What"
        options={[
          { value: "", label: "Everything" },
          ...KINDS.map((kind) => ({ value: kind, label: inWords(kind) })),
        ]}
        value={filter.kind ?? ""}
        onChoose={(kind) => onChange({ ...filter, kind: kind || undefined })}
      />
      {providers.length > 1 && (
        <Select
          label="From"
          options={[
            { value: "", label: "Every source" },
            ...providers.map((name) => ({ value: name, label: providerOf(name).label })),
          ]}
          value={filter.source ?? ""}
          onChoose={(source) => onChange({ ...filter, source: source || undefined })}
        />
      )}
    </div>
  );
}

function Entry({ entry, isCited }: { entry: Interaction; isCited: boolean }) {
  const providerOf = useProviderOf();
  const item = useInSight<HTMLLIElement>(isCited);
  const Icon = ICONS[entry.kind];
  const title = entry.title || inWords(entry.kind);
  return (
    <Step ref={item} icon={Icon} isMeant={isCited}>
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
      {entry.body && <Clamped text={entry.body} className="mt-0.5 text-muted text-sm" />}
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
    </Step>
  );
}

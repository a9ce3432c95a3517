import { useQuery } from "@tanstack/react-query";
import { Braces, ExternalLink, GitFork } from "lucide-react";
import { useState } from "react";
import { connectionsQuery, lastSuccessQuery } from "../../api/connections";
import { rawSourceQuery } from "../../api/queries";
import type { ContactDetail, Source } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { dayOf } from "../../ui/format";
import { laidOut } from "../../ui/json";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { SafeLink } from "../../ui/safe-link";
import { useAccountNames } from "./account-names";
import { recordKey, useInSight } from "./cited";
import { SplitDialog } from "./split-dialog";

/** The records that are this person, each in the tool it lives in. */
export function Sources({ contact, cited }: { contact: ContactDetail; cited?: string | undefined }) {
  const [looked, setLooked] = useState<Source | null>(null);
  const [parted, setParted] = useState<Source | null>(null);
  return (
    <section aria-label="Sources" className="px-4 py-4 md:px-5">
      <h2 className="mb-2 font-semibold text-sm">
        Sources <span className="font-normal text-muted tabular-nums">{contact.sources.length}</span>
      </h2>
      <ul className="space-y-2">
        {contact.sources.map((source) => (
          <SourceCard
            key={`${source.connection_id}/${source.provider_id}`}
            source={source}
            isCited={recordKey(source) === cited}
            look={() => setLooked(source)}
            part={contact.sources.length > 1 ? () => setParted(source) : undefined}
          />
        ))}
      </ul>
      {parted && <SplitDialog contact={contact} source={parted} onClose={() => setParted(null)} />}
      {looked && <RawRecord source={looked} onClose={() => setLooked(null)} />}
    </section>
  );
}

interface SourceCardProps {
  source: Source;
  /** Whether an answer that one comes from rests on it. */
  isCited: boolean;
  look: () => void;
  /** Split it off, where it is not the only one. */
  part: (() => void) | undefined;
}

function SourceCard({ source, isCited, look, part }: SourceCardProps) {
  const accounts = useAccountNames();
  const { label } = useProviderOf()(source.provider);
  const item = useInSight<HTMLLIElement>(isCited);
  return (
    <li
      ref={item}
      aria-current={isCited || undefined}
      className={cx("rounded-lg border p-3", isCited ? "border-accent bg-info-soft" : "bg-raised")}
    >
      <div className="flex items-center">
        <ProviderMark name={source.provider} />
        <span className="ml-2 min-w-0 flex-1 truncate font-medium text-sm">
          {accounts.get(source.connection_id) ?? label}
        </span>
        <button
          type="button"
          onClick={look}
          title="The record as it came"
          aria-label={`The record ${source.provider_id} as it came`}
          className="grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-ink"
        >
          <Braces aria-hidden="true" className="size-3.5" />
        </button>
        {part && (
          <button
            type="button"
            onClick={part}
            title="Split off: it is another person"
            aria-label={`Split off the record ${source.provider_id}`}
            className="grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-ink"
          >
            <GitFork aria-hidden="true" className="size-3.5" />
          </button>
        )}
        {source.url && (
          <SafeLink
            href={source.url}
            className="grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-ink"
          >
            <ExternalLink aria-hidden="true" className="size-3.5" />
            <span className="sr-only">Open in {label}</span>
          </SafeLink>
        )}
      </div>
      <p className="mt-1 truncate text-muted text-xs">
        {label} {source.provider_id}
      </p>
      {source.updated_at && (
        <p className="text-muted text-xs">
          Updated <Ago at={source.updated_at} />
        </p>
      )}
      <p className="text-muted text-xs">First seen {dayOf(source.first_seen_at)}</p>
      <LastRead connectionId={source.connection_id} />
    </li>
  );
}

/** When its account was last read without fail: as of then it is as shown. */
function LastRead({ connectionId }: { connectionId: string }) {
  const isConnected = useQuery(connectionsQuery).data?.some(({ id }) => id === connectionId) ?? false;
  const last = useQuery({ ...lastSuccessQuery(connectionId), enabled: isConnected });
  const at = last.data?.finished_at;
  return at ? (
    <p className="text-muted text-xs">
      Last seen <Ago at={at} />
    </p>
  ) : null;
}

function RawRecord({ source, onClose }: { source: Source; onClose: () => void }) {
  const providerOf = useProviderOf();
  const raw = useQuery(rawSourceQuery(source.connection_id, source.provider_id));
  return (
    <Dialog
      title={`${providerOf(source.provider).label} ${source.provider_id}, as it came`}
      wide
      onClose={onClose}
    >
      {raw.isError && <Failure error={raw.error} retry={raw.refetch} />}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-busy={raw.isPending}
        className="max-h-[60dvh] overflow-auto rounded-md border bg-side p-3 font-mono text-xs leading-relaxed"
      >
        {raw.data === undefined ? "Loading …" : laidOut(raw.data)}
      </pre>
      <form method="dialog" className="mt-4 flex justify-end">
        <Button type="submit">Close</Button>
      </form>
    </Dialog>
  );
}

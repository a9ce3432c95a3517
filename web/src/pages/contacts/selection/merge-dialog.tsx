import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../../api/problem";
import type { ContactSummary, Outcome } from "../../../api/types";
import { Avatar } from "../../../ui/avatar";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { counted, nameOf } from "../../../ui/format";
import { Loading } from "../../../ui/loading";
import { Notice } from "../../../ui/notice";
import { ProviderBadges } from "../../../ui/providers";
import { mergePreviewQuery, useMerging } from "./merging";

interface MergeDialogProps {
  rows: readonly ContactSummary[];
  onMerged: () => void;
  onClose: () => void;
}

/** Several contacts, and the one that they would be: seen before it is done. */
export function MergeDialog({ rows, onMerged, onClose }: MergeDialogProps) {
  const [override, setOverride] = useState(false);
  const ids = rows.map(({ id }) => id);
  const preview = useQuery(mergePreviewQuery(ids, override));
  const merging = useMerging(ids, override, onMerged);
  const isContradicted =
    preview.error instanceof Problem && preview.error.slug === "decided-otherwise" && !override;
  return (
    <Dialog title={`Merge ${counted(rows.length, "contact")} into one?`} onClose={onClose}>
      <ul aria-label="These become one" className="max-h-40 divide-y overflow-y-auto rounded-lg border">
        {rows.map((row) => (
          <li key={row.id} className="flex items-center gap-2.5 px-3 py-2">
            <Avatar id={row.id} name={nameOf(row)} />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium text-sm">{nameOf(row)}</span>
              <span className="block truncate text-muted text-xs">{row.email ?? row.phone}</span>
            </span>
            <ProviderBadges sources={row.sources} tight="several" />
          </li>
        ))}
      </ul>
      <div className="mt-4 space-y-3">
        {preview.isPending && <Loading />}
        {isContradicted ? (
          <Notice tone="warn" action={<Button onClick={() => setOverride(true)}>They are one</Button>}>
            Somebody said earlier that some of these are different people.
          </Notice>
        ) : (
          preview.isError && <Failure error={preview.error} retry={preview.refetch} />
        )}
        {preview.data && <Preview outcome={preview.data} />}
        {merging.isError && <Failure error={merging.error} />}
        <p className="text-muted text-xs">
          Nothing is changed where they came from, every record stays as it came, and you can undo this at any
          time.
        </p>
      </div>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          busy={merging.isPending}
          disabled={!preview.data}
          onClick={() => merging.mutate()}
        >
          Merge
        </Button>
      </div>
    </Dialog>
  );
}

const SHOWN = [
  ["email", "Email"],
  ["phone", "Phone"],
  ["company", "Company"],
  ["job_title", "Title"],
] as const;

function Preview({ outcome }: { outcome: Outcome }) {
  const [whole, ...others] = outcome.contacts;
  if (!whole) return null;
  return (
    <section aria-label="What comes of it" className="rounded-lg bg-info-soft p-3">
      <p className="mb-2 text-accent text-xs">What comes of it</p>
      <div className="flex items-center gap-2.5">
        <Avatar id={whole.id} name={nameOf(whole)} />
        <span className="min-w-0 flex-1 truncate font-semibold text-sm">{nameOf(whole)}</span>
        <ProviderBadges sources={whole.sources} tight="always" />
      </div>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {SHOWN.map(([field, label]) =>
          whole[field] ? (
            <div key={field} className="contents">
              <dt className="text-muted">{label}</dt>
              <dd className="truncate">{whole[field]}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {others.length > 0 && (
        <p className="mt-2 text-sm text-warn">
          {counted(others.length, "contact")} would stay apart all the same.
        </p>
      )}
    </section>
  );
}

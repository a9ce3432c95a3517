import { Download, GitMerge, X } from "lucide-react";
import { useState } from "react";
import type { ContactSummary, ViewColumn } from "../../../api/types";
import { Button } from "../../../ui/button";
import { count } from "../../../ui/format";
import { lazily } from "../../../ui/lazily";
import { MOST_EXPORTED, onlyThese, useExport } from "./exporting";
import { MOST_MERGED } from "./merging";

const MergeDialog = lazily(async () => (await import("./merge-dialog")).MergeDialog);

interface BulkBarProps {
  rows: readonly ContactSummary[];
  columns: readonly ViewColumn[];
  clear: () => void;
}

/** What can be done with those who are chosen. */
export function BulkBar({ rows, columns, clear }: BulkBarProps) {
  const [isMerging, setMerging] = useState(false);
  const exporting = useExport(columns);
  const isMergeable = rows.length >= 2 && rows.length <= MOST_MERGED;
  const isExportable = rows.length <= MOST_EXPORTED;
  return (
    <div
      role="toolbar"
      aria-label="With the selected"
      className="-translate-x-1/2 absolute bottom-5 left-1/2 z-[4] flex animate-appear items-center gap-1.5 rounded-xl border border-edge bg-raised py-1.5 pr-1.5 pl-4 shadow-xl"
    >
      <span role="status" className="mr-2 whitespace-nowrap font-medium text-sm tabular-nums">
        {count(rows.length)} selected
      </span>
      <Button
        disabled={!isMergeable}
        title={isMergeable ? undefined : `Merging takes 2 to ${MOST_MERGED} contacts`}
        onClick={() => setMerging(true)}
      >
        <GitMerge aria-hidden="true" className="size-3.5" />
        Merge
      </Button>
      <Button
        disabled={!isExportable}
        title={
          isExportable ? undefined : `Up to ${MOST_EXPORTED} selected contacts; a whole view has no limit`
        }
        busy={exporting.isPending}
        onClick={() => exporting.mutate({ filter: onlyThese(rows.map(({ id }) => id)) })}
      >
        <Download aria-hidden="true" className="size-3.5" />
        Export
      </Button>
      <button
        type="button"
        aria-label="Select nobody"
        onClick={clear}
        className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
      >
        <X aria-hidden="true" className="size-4" />
      </button>
      {isMerging && (
        <MergeDialog
          rows={rows}
          onMerged={() => {
            setMerging(false);
            clear();
          }}
          onClose={() => setMerging(false)}
        />
      )}
    </div>
  );
}

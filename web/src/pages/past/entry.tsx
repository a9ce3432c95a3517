import { GitFork, GitMerge, type LucideIcon, Pin, PinOff, Scale, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { HistoryEntry, SourceName } from "../../api/types";
import { useUser } from "../../api/use-session";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { Step } from "../../ui/step";
import { useAccountNames } from "../contact/account-names";
import { isUndoable, reasonsOf, titleOf, whoOf } from "./entry-words";
import { UndoDialog } from "./undo-dialog";

const ICONS: Readonly<Record<HistoryEntry["kind"], LucideIcon>> = {
  joined: GitMerge,
  parted: GitFork,
  decided: Scale,
  pinned: Pin,
  unpinned: PinOff,
};

/** Something that happened: what, why, who, and the way back. `about` says of whom, where that is not plain. */
export function Entry({ entry, about }: { entry: HistoryEntry; about?: ReactNode }) {
  const me = useUser()?.id;
  const [isUndoing, setUndoing] = useState(false);
  const Icon = ICONS[entry.kind];
  const reasons = reasonsOf(entry);
  const isUndone = (entry.undone_by ?? null) !== null;
  return (
    <Step icon={Icon}>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="font-medium [overflow-wrap:anywhere]">{titleOf(entry)}</p>
          {about}
        </div>
        {isUndone ? (
          <span className="rounded-md bg-hover px-1.5 py-0.5 text-muted text-xs">Undone</span>
        ) : (
          isUndoable(entry) && (
            <Button look="quiet" className="-mt-1" onClick={() => setUndoing(true)}>
              <Undo2 aria-hidden="true" className="size-3.5" />
              Undo<span className="sr-only">: {titleOf(entry)}</span>
            </Button>
          )
        )}
      </div>
      <Sides entry={entry} />
      {reasons && (
        <p className="mt-1.5 text-muted text-sm [overflow-wrap:anywhere]">
          {entry.kind === "joined" ? "Because of " : "What had held them: "}
          {reasons}
        </p>
      )}
      <p className="mt-1 text-muted text-xs">
        {whoOf(entry, me)} · <Ago at={entry.happened_at} />
      </p>
      {isUndoing && <UndoDialog entry={entry} onClose={() => setUndoing(false)} />}
    </Step>
  );
}

function Sides({ entry: { sides = [] } }: { entry: HistoryEntry }) {
  if (sides.length === 0) return null;
  return (
    <ul className="mt-1.5 space-y-1">
      {sides.map((side) => (
        <li
          key={side.id}
          className="flex flex-wrap gap-x-3 gap-y-1 rounded-md border bg-raised px-2.5 py-1.5 text-sm"
        >
          {side.sources.map((source) => (
            <RecordName key={`${source.connection_id}/${source.provider_id}`} source={source} />
          ))}
        </li>
      ))}
    </ul>
  );
}

/** A source record by its account, and its own name there. */
export function RecordName({ source }: { source: SourceName }) {
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

import { useId } from "react";
import type { Connection, Sync } from "../../api/types";
import { tallyOf } from "../../live/progress";
import { cx } from "../../ui/class-names";
import { count } from "../../ui/format";
import { useProviderOf } from "../../ui/providers";
import { Access } from "./access";
import { Actions } from "./actions";
import { Counts } from "./counts-panel";
import { Limits } from "./limits";
import { RunList } from "./run-list";
import { SkippedList } from "./skipped-list";

export type Panel = "syncs" | "counts" | "skipped" | "actions" | "limits" | "access";

const LABELS: Readonly<Record<Panel, string>> = {
  syncs: "Syncs",
  counts: "Counts",
  skipped: "Not read",
  actions: "Written back",
  limits: "Limits",
  access: "Access",
};
const OF_FILES: readonly Panel[] = ["syncs", "skipped"];
const OF_ACCOUNTS: readonly Panel[] = ["syncs", "counts", "skipped", "actions", "limits", "access"];

interface PanelsProps {
  connection: Connection;
  runs: readonly Sync[] | undefined;
  shown: Panel | null;
  show: (panel: Panel | null) => void;
}

/** What more there is to know of a connection: one thing at a time, each asked for when it is opened. */
export function Panels({ connection, runs, shown, show }: PanelsProps) {
  const id = useId();
  const latest = runs?.[0];
  const skipped = latest ? tallyOf(latest).skipped : 0;
  const panels = useProviderOf()(connection.provider).isFile ? OF_FILES : OF_ACCOUNTS;
  return (
    <>
      <div className="flex gap-1 overflow-x-auto border-t bg-side px-2 py-1.5">
        {panels.map((panel) => (
          <button
            key={panel}
            type="button"
            aria-expanded={shown === panel}
            aria-controls={shown === panel ? id : undefined}
            onClick={() => show(shown === panel ? null : panel)}
            className={cx(
              "h-7 shrink-0 rounded-md px-2 text-xs hover:bg-hover hover:text-ink",
              shown === panel ? "bg-hover font-medium text-ink" : "text-muted",
            )}
          >
            {LABELS[panel]}
            {panel === "skipped" && skipped > 0 && (
              <span className="ml-1.5 rounded-full bg-warn-soft px-1.5 py-0.5 text-warn tabular-nums">
                {count(skipped)}
              </span>
            )}
          </button>
        ))}
      </div>
      {shown && (
        <section
          id={id}
          aria-label={`${LABELS[shown]} of ${connection.account_name}`}
          className="animate-appear border-t px-4 py-3"
        >
          {shown === "syncs" && <RunList connection={connection} />}
          {shown === "counts" && <Counts connection={connection} runs={runs} />}
          {shown === "skipped" && <SkippedList connection={connection} />}
          {shown === "actions" && <Actions connectionId={connection.id} />}
          {shown === "limits" && <Limits connection={connection} />}
          {shown === "access" && <Access connection={connection} />}
        </section>
      )}
    </>
  );
}

import { Link } from "@tanstack/react-router";
import { PenLine, RefreshCw } from "lucide-react";
import type { Action, Sync } from "../../api/types";
import { Ago } from "../../ui/ago";
import { inWords } from "../../ui/format";
import { Step } from "../../ui/step";
import { whatCame } from "../connections/at-a-glance";
import { UndoWritten, WrittenWords } from "../connections/written";
import { useAccountNames } from "../contact/account-names";

/** A run that found something new, or went wrong. */
export function SyncStep({ run }: { run: Sync }) {
  const account = useAccountNames().get(run.connection_id) ?? "An account";
  const problems = [run.problem, ...Object.values(run.problems ?? {})].filter(Boolean);
  return (
    <Step icon={RefreshCw}>
      <p className="font-medium [overflow-wrap:anywhere]">
        {run.state === "failed" ? `${account} could not be read` : `${account} was read`}
      </p>
      <p className="text-muted text-sm">{whatCame(run)}</p>
      {problems.map((problem) => (
        <p key={problem} className="text-sm text-warn [overflow-wrap:anywhere]">
          {problem}
        </p>
      ))}
      <p className="mt-1 text-muted text-xs">
        {inWords(run.state)} · <Ago at={run.started_at} /> ·{" "}
        <Link to="/connections" className="text-accent underline underline-offset-2">
          Connections
        </Link>
      </p>
    </Step>
  );
}

/** Something that was written where a record lives. */
export function WritingStep({ action }: { action: Action }) {
  const account = useAccountNames().get(action.connection_id);
  return (
    <Step icon={PenLine}>
      <div className="flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-1 basis-56">
          <WrittenWords action={action} account={account} />
        </div>
        <UndoWritten action={action} />
      </div>
    </Step>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { undoAction } from "../../api/actions";
import { possibleActionsQuery } from "../../api/connections";
import { contactOfSourceQuery } from "../../api/queries";
import type { Action } from "../../api/types";
import { Ago, useNow } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { inWords, nameOf } from "../../ui/format";
import { SafeLink } from "../../ui/safe-link";
import { StatePill } from "../../ui/state-pill";
import { actionWords, bodyOf, canBeOnlyNoted, changesOf, outcomeOf, recordOf } from "./action-words";

/** What was written back, of whom, and what came of it. */
export function WrittenWords({ action, account }: { action: Action; account: string | undefined }) {
  const body = bodyOf(action);
  // Once an account is gone nobody can say what it did with that.
  const possible = useQuery({
    ...possibleActionsQuery(action.connection_id),
    enabled: canBeOnlyNoted(action),
  });
  return (
    <div className="space-y-1 text-sm">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium [overflow-wrap:anywhere]">{actionWords(action, possible.data)}</span>
        <Whose action={action} />
        <StatePill standing={outcomeOf(action, useNow())} />
      </p>
      {body && <p className="line-clamp-2 whitespace-pre-line text-muted [overflow-wrap:anywhere]">{body}</p>}
      <Changes action={action} />
      {action.problem && !action.conflicts?.fields && (
        <p className="text-warn [overflow-wrap:anywhere]">{action.problem}</p>
      )}
      <p className="flex flex-wrap gap-x-2 text-muted text-xs">
        {account && <span>{account}</span>}
        <Ago at={action.ended_at ?? action.created_at} />
        {action.records?.map((record) =>
          record.url ? (
            <SafeLink
              key={record.provider_id}
              href={record.url}
              className="text-accent hover:underline"
            >{`Open ${record.kind ? inWords(record.kind).toLowerCase() : "contact"} there`}</SafeLink>
          ) : null,
        )}
      </p>
    </div>
  );
}

/** The contact whose record was written, as long as it is here. */
function Whose({ action }: { action: Action }) {
  const record = recordOf(action);
  const contact = useQuery({
    ...contactOfSourceQuery(action.connection_id, record ?? ""),
    enabled: record !== undefined,
  });
  if (!contact.data) return null;
  return (
    <Link
      to="/contacts/$contactId"
      params={{ contactId: contact.data.id }}
      className="text-accent hover:underline [overflow-wrap:anywhere]"
    >
      {nameOf(contact.data)}
    </Link>
  );
}

/** Each field with what was there and what is written, and of a conflict what was found instead. */
function Changes({ action }: { action: Action }) {
  const found = Object.entries(action.conflicts?.fields ?? {});
  return (
    <ul className="space-y-0.5 empty:hidden">
      {changesOf(action).map(({ field, before, after }) => (
        <li key={field} className="[overflow-wrap:anywhere]">
          <span className="text-muted">{field}:</span> <s className="text-muted">{before ?? "empty"}</s>{" "}
          <span aria-hidden="true">→</span>
          <span className="sr-only">becomes</span> {after ?? "empty"}
        </li>
      ))}
      {found.map(([field, conflict]) => (
        <li key={field} className="text-warn [overflow-wrap:anywhere]">
          {inWords(field)}: {conflict.found ?? "nothing"} was there, and not {conflict.expected ?? "nothing"}
        </li>
      ))}
    </ul>
  );
}

/** The way back of what was written, or why there is none. */
export function UndoWritten({ action }: { action: Action }) {
  const client = useQueryClient();
  const undoing = useMutation({
    mutationFn: () => undoAction(action.id),
    onSettled: () => client.invalidateQueries({ queryKey: ["actions"] }),
  });
  if (action.state !== "succeeded" || action.undone_by) return null;
  if (!action.can_undo) return <p className="max-w-56 text-muted text-xs">{action.why_not}</p>;
  return (
    <div>
      <Button busy={undoing.isPending} onClick={() => undoing.mutate()}>
        <Undo2 aria-hidden="true" className="size-3.5" />
        Undo
      </Button>
      {undoing.isError && <Failure error={undoing.error} />}
    </div>
  );
}

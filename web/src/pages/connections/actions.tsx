import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { undoAction } from "../../api/actions";
import { actionsQuery } from "../../api/connections";
import type { Action } from "../../api/types";
import { Ago, useNow } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { inWords } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { SafeLink } from "../../ui/safe-link";
import { ShowEarlier } from "../../ui/show-earlier";
import { StatePill } from "../../ui/state-pill";
import { actionWords, bodyOf, changesOf, outcomeOf } from "./action-words";

interface ActionsProps {
  /** Of one account; without it of all of them. */
  connectionId?: string;
  /** What accounts are called, where it is not plain which one is meant. */
  accountNames?: ReadonlyMap<string, string>;
}

/** What was written back, what came of it, and the way to undo it. */
export function Actions({ connectionId, accountNames }: ActionsProps) {
  const list = useInfiniteQuery(actionsQuery(connectionId));
  const actions = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && actions.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (list.isPending) return <Loading />;
  if (actions.length === 0) {
    return (
      <p className="text-muted text-sm">
        Nothing was written back. What you approve to be changed there is listed here, and can be undone.
      </p>
    );
  }
  return (
    <>
      <ul className="divide-y">
        {actions.map((action) => (
          <Written key={action.id} action={action} account={accountNames?.get(action.connection_id)} />
        ))}
      </ul>
      {list.isFetchNextPageError && <Failure error={list.error} />}
      <ShowEarlier list={list} />
    </>
  );
}

function Written({ action, account }: { action: Action; account: string | undefined }) {
  const body = bodyOf(action);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-64 space-y-1 text-sm">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium [overflow-wrap:anywhere]">{actionWords(action)}</span>
          <StatePill standing={outcomeOf(action, useNow())} />
        </p>
        {body && (
          <p className="line-clamp-2 whitespace-pre-line text-muted [overflow-wrap:anywhere]">{body}</p>
        )}
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
      <Undo action={action} />
    </li>
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

function Undo({ action }: { action: Action }) {
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

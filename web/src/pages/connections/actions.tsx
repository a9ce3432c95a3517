import { useInfiniteQuery } from "@tanstack/react-query";
import { actionsQuery } from "../../api/connections";
import type { Action } from "../../api/types";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { ShowEarlier } from "../../ui/show-earlier";
import { UndoWritten, WrittenWords } from "./written";

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
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <WrittenWords action={action} account={account} />
      </div>
      <UndoWritten action={action} />
    </li>
  );
}

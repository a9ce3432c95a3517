import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SearchX, UsersRound } from "lucide-react";
import { lazy, Suspense } from "react";
import { connectionsQuery } from "../../api/connections";
import type { ContactFilter } from "../../api/queries";
import { buttonClass } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Loading } from "../../ui/loading";

const FirstRun = lazy(() => import("./first-run").then((module) => ({ default: module.FirstRun })));

/** Why the list is empty, and what to do about it. */
export function NoContacts({ filter }: { filter: ContactFilter }) {
  const connections = useQuery(connectionsQuery);
  if (filter.q || filter.filter) {
    return (
      <EmptyState
        icon={SearchX}
        title="Nobody matches"
        action={
          <Link to="/contacts" search={{ sort: filter.sort }} className={buttonClass()}>
            Show everybody
          </Link>
        }
      >
        Words are looked for at the beginnings of names, companies, email addresses and phone numbers
        {filter.filter ? ", among those that the filters leave." : "."}
      </EmptyState>
    );
  }
  if (connections.isPending) return <div className="p-6">{<Loading />}</div>;
  if (connections.data && connections.data.length > 0) {
    return (
      <EmptyState
        icon={UsersRound}
        title="Contacts are on their way"
        action={
          <Link to="/connections" className={buttonClass()}>
            See how far the sync is
          </Link>
        }
      >
        An account is connected. Its contacts appear here as they are read; there is nothing to reload.
      </EmptyState>
    );
  }
  return (
    <Suspense>
      <FirstRun connections={connections.data ?? []} />
    </Suspense>
  );
}

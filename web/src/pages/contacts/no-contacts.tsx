import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cable, SearchX, UsersRound } from "lucide-react";
import { type ContactFilter, connectionsQuery } from "../../api/queries";
import { buttonClass } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";

/** Why the list is empty, and what to do about it. */
export function NoContacts({ filter }: { filter: ContactFilter }) {
  const connections = useQuery(connectionsQuery);
  if (filter.q || filter.source) {
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
        Words are looked for at the beginnings of names and email addresses.
      </EmptyState>
    );
  }
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
    <EmptyState
      icon={Cable}
      title="Connect your first source"
      action={
        <Link to="/connections" className={buttonClass("primary")}>
          Connect an account
        </Link>
      }
    >
      Your customers live in several tools. Connect them, and the records of one person become one contact
      here.
    </EmptyState>
  );
}

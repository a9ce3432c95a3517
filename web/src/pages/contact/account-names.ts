import { useQuery } from "@tanstack/react-query";
import { connectionsQuery, removedConnectionsQuery } from "../../api/connections";

/** What each connected account is called, by its connection's id; those disconnected with records kept too. */
export function useAccountNames(): ReadonlyMap<string, string> {
  const connected = useQuery(connectionsQuery);
  const removed = useQuery(removedConnectionsQuery);
  const known = [...(removed.data ?? []), ...(connected.data ?? [])];
  return new Map(known.map((connection) => [connection.id, connection.account_name]));
}

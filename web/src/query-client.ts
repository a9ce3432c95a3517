import { onlineManager, QueryClient } from "@tanstack/react-query";
import { mayPass } from "./api/problem";

const TRIES = 2;

/** The cache of what was read, asked again when it may help and not when it was refused. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Without a network it is said at once: what waits in secret for one looks like loading without an end.
        networkMode: "always",
        refetchOnReconnect: true,
        staleTime: 10_000,
        retry: (failures, error) => failures < TRIES && mayPass(error) && onlineManager.isOnline(),
      },
      // What was pressed without a network is never done later, when the person has gone on or thought better of it.
      mutations: { networkMode: "always", retry: false },
    },
  });
}

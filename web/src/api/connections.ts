import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api } from "./client";
import { Problem } from "./problem";
import type { Action, Page, Skipped, Sync } from "./types";

const RUNS_SHOWN = 8;

export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: async ({ signal }) => (await answered(api.GET("/connections", { signal }))).items,
});

/** What can be connected; only who runs the services changes it. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: async ({ signal }) => (await answered(api.GET("/connections/providers", { signal }))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Accounts that were disconnected with their records kept: those still need a name. */
export const removedConnectionsQuery = queryOptions({
  queryKey: ["connections", "removed"],
  queryFn: async ({ signal }) =>
    (await answered(api.GET("/connections", { params: { query: { removed: true } }, signal }))).items,
});

export const syncsKey = (connectionId: string) => ["syncs", connectionId] as const;

/** The latest runs of a connection; none while sync-worker has not heard of it yet. */
export const syncsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: syncsKey(connectionId),
    queryFn: async ({ signal }): Promise<Sync[]> => {
      const params = { path: { connection_id: connectionId }, query: { limit: RUNS_SHOWN } };
      try {
        return (await answered(api.GET("/connections/{connection_id}/syncs", { params, signal }))).items;
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return [];
        throw error;
      }
    },
  });

/** When a connection was last read without fail, for one whose latest runs all failed. */
export const lastSuccessQuery = (connectionId: string) =>
  queryOptions({
    queryKey: [...syncsKey(connectionId), "succeeded"],
    queryFn: async ({ signal }): Promise<Sync | null> => {
      const query = { state: "succeeded", limit: 1 } as const;
      const params = { path: { connection_id: connectionId }, query };
      const found = await answered(api.GET("/connections/{connection_id}/syncs", { params, signal }));
      return found.items[0] ?? null;
    },
  });

/** All runs of a connection, the newest first. */
export const runsQuery = (connectionId: string) =>
  infiniteQueryOptions({
    queryKey: [...syncsKey(connectionId), "all"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page<Sync>> => {
      const query = { limit: 10, ...(pageParam ? { cursor: pageParam } : {}) };
      const params = { path: { connection_id: connectionId }, query };
      return answered(api.GET("/connections/{connection_id}/syncs", { params, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** Runs of all connections that found something new or went wrong, the newest first. */
export const tellingSyncsQuery = infiniteQueryOptions({
  queryKey: ["telling-syncs"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam, signal }): Promise<Page<Sync>> => {
    const query = { telling: true, ...(pageParam ? { cursor: pageParam } : {}) };
    return answered(api.GET("/syncs", { params: { query }, signal }));
  },
  getNextPageParam: (last) => last.next_cursor ?? undefined,
});

export const skippedKey = (connectionId: string) => ["skipped", connectionId] as const;

/** What of a connection could not be read, the newest first. */
export const skippedQuery = (connectionId: string) =>
  infiniteQueryOptions({
    queryKey: skippedKey(connectionId),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page<Skipped>> => {
      const params = { path: { connection_id: connectionId }, query: pageParam ? { cursor: pageParam } : {} };
      return answered(api.GET("/connections/{connection_id}/skipped", { params, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** The limits of a connection's account, and what is used of them. */
export const budgetQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["budget", connectionId],
    queryFn: async ({ signal }) => {
      const params = { path: { connection_id: connectionId } };
      return (await answered(api.GET("/connections/{connection_id}/budget", { params, signal }))).items;
    },
  });

/** What was written back, at one account or at all of them, the newest first. */
export const actionsQuery = (connectionId: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["actions", connectionId ?? "all"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page<Action>> => {
      const query = {
        ...(connectionId ? { connection_id: connectionId } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return answered(api.GET("/actions", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** What can be done in an account, and with which fields. */
export const possibleActionsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["possible-actions", connectionId],
    queryFn: async ({ signal }) => {
      const params = { path: { connection_id: connectionId } };
      return (await answered(api.GET("/connections/{connection_id}/actions", { params, signal }))).items;
    },
  });

/** How a connection's counts compare; `counted` is the run that would change them. */
export const coverageQuery = (connectionId: string, counted: Sync | undefined) =>
  queryOptions({
    queryKey: ["coverage", connectionId, counted?.id, counted?.state],
    queryFn: async ({ signal }) => {
      const params = { path: { connection_id: connectionId } };
      try {
        return await answered(api.GET("/connections/{connection_id}/coverage", { params, signal }));
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
  });

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import {
  budgetQuery,
  connectionsQuery,
  coverageQuery,
  lastSuccessQuery,
  syncsKey,
} from "../../api/connections";
import type { Connection, Sync } from "../../api/types";
import { useNow } from "../../ui/ago";
import type { Standing } from "../../ui/state-pill";
import { standingOf } from "./standing";

/** How a connection is; its account's limits are looked at only while it waits. */
export function useStanding(connection: Connection, latest: Sync | undefined): Standing {
  const waits = connection.state === "active" && latest?.state === "waiting";
  const budget = useQuery({ ...budgetQuery(connection.id), enabled: waits });
  return standingOf(connection, latest, waits ? budget.data : undefined, useNow());
}

/** The counts of a connection beside its provider's; another full reading changes them. */
export function useCoverage(connection: Connection, runs: readonly Sync[] | undefined) {
  const counted = runs?.find((run) => run.mode !== "incremental");
  return useQuery({ ...coverageQuery(connection.id, counted), enabled: runs !== undefined });
}

/** When all was read last without fail: one of the latest runs, or else one before them. */
export function useLastSuccess(connection: Connection, runs: readonly Sync[] | undefined): Sync | null {
  const recent = runs?.find((run) => run.state === "succeeded");
  const earlier = useQuery({
    ...lastSuccessQuery(connection.id),
    enabled: runs !== undefined && runs.length > 0 && recent === undefined,
  });
  return recent ?? earlier.data ?? null;
}

/** Read a connection now: what is new, or everything again. */
export function useSyncing(connection: Connection, mode: "incremental" | "full") {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => {
      const query = mode === "full" ? { mode } : {};
      const params = { path: { connection_id: connection.id }, query };
      return answered(api.POST("/connections/{connection_id}/sync", { params }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: syncsKey(connection.id) }),
  });
}

/** Remove a connection, or erase what was kept of one. */
export function useRemoving(connection: Connection, done: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (data: "keep" | "erase") => {
      const params = { path: { connection_id: connection.id }, query: { data } };
      return answered(api.DELETE("/connections/{connection_id}", { params }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
      done();
    },
  });
}

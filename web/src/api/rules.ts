import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api } from "./client";
import type { Page, PreviewedChange, RulesPreview, RulesVersion } from "./types";

const WATCHED_EVERY_MS = 1_500;

export const rulesKey = ["rules"] as const;

/** The rules that hold; watched while not everything is settled by them yet. */
export const rulesQuery = queryOptions({
  queryKey: [...rulesKey, "current"],
  queryFn: ({ signal }) => answered(api.GET("/rules", { signal })),
  refetchInterval: ({ state }) => (state.data?.reweighing ? WATCHED_EVERY_MS : false),
});

/** What other rules would lead to, if some are tried out; watched until that is known. */
export const rulesPreviewQuery = queryOptions({
  queryKey: [...rulesKey, "preview"],
  queryFn: ({ signal }): Promise<RulesPreview | null> => answered(api.GET("/rules/preview", { signal })),
  refetchInterval: ({ state }) => (state.data && state.data.state !== "done" ? WATCHED_EVERY_MS : false),
});

/** Which contacts would join, part or show another value. */
export const previewedQuery = (kind: PreviewedChange["kind"], askedAt: string) =>
  infiniteQueryOptions({
    queryKey: [...rulesKey, "preview", askedAt, kind],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page<PreviewedChange>> => {
      const query = { kind, limit: 10, ...(pageParam ? { cursor: pageParam } : {}) };
      return answered(api.GET("/rules/preview/changes", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** The rules that held, the last first. */
export const rulesVersionsQuery = infiniteQueryOptions({
  queryKey: [...rulesKey, "versions"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam, signal }): Promise<Page<RulesVersion>> => {
    const query = { limit: 10, ...(pageParam ? { cursor: pageParam } : {}) };
    return answered(api.GET("/rules/versions", { params: { query }, signal }));
  },
  getNextPageParam: (last) => last.next_cursor ?? undefined,
});

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api } from "./client";
import type { Group } from "./filter";
import { Problem } from "./problem";
import type {
  Action,
  Activity,
  ContactPage,
  Interaction,
  Page,
  Proposal,
  Skipped,
  Sort,
  Suggestion,
  Sync,
} from "./types";

/** What the list of contacts is asked for. */
export interface ContactFilter {
  q?: string | undefined;
  filter?: Group | undefined;
  sort?: Sort | undefined;
}

/** The first page is there at once; those that are scrolled to come in larger pieces. */
const FIRST_PAGE_SIZE = 50;
const PAGE_SIZE = 200;
/** A list of more pages is not asked for all over again when one comes back to it. */
export const PAGES_ASKED_ANEW = 2;
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

export const contactsQuery = (filter: ContactFilter) =>
  infiniteQueryOptions({
    queryKey: ["contacts", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<ContactPage> => {
      const query = {
        limit: pageParam ? PAGE_SIZE : FIRST_PAGE_SIZE,
        ...searchOf(filter),
        ...(filter.sort ? { sort: filter.sort } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return answered(api.GET("/contacts", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    // While it is shown, what changes is shown in place, row by row: asking for all again would make the list jump.
    refetchOnMount: (query) => ((query.state.data?.pages.length ?? 0) <= PAGES_ASKED_ANEW ? "always" : false),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What narrows a list of contacts, as routes take it. */
export function searchOf({ q, filter }: ContactFilter): { q?: string; filter?: string } {
  return { ...(q ? { q } : {}), ...(filter ? { filter: JSON.stringify(filter) } : {}) };
}

/** Contacts by what somebody begins to type. */
export const contactsFoundQuery = (q: string, limit: number) =>
  queryOptions({
    queryKey: ["contacts-found", q, limit],
    queryFn: async ({ signal }) =>
      (await answered(api.GET("/contacts", { params: { query: { q, limit } }, signal }))).items,
  });

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: async ({ signal }) => (await answered(api.GET("/views", { signal }))).items,
});

export const contactCountQuery = queryOptions({
  queryKey: ["contact-count"],
  queryFn: async ({ signal }) => (await answered(api.GET("/contacts/count", { signal }))).count,
});

export const contactKey = (id: string) => ["contact", id] as const;

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: contactKey(id),
    queryFn: ({ signal }) =>
      answered(api.GET("/contacts/{golden_id}", { params: { path: { golden_id: id } }, signal })),
  });

/** What of a person's timeline is asked for. */
export interface TimelineFilter {
  kind?: Interaction["kind"] | undefined;
  source?: string | undefined;
}

export const timelineQuery = (id: string, { kind, source }: TimelineFilter = {}) =>
  infiniteQueryOptions({
    queryKey: [...contactKey(id), "timeline", kind ?? "all", source ?? "all"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        ...(kind ? { kind } : {}),
        ...(source ? { source } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      const params = { path: { golden_id: id }, query };
      return answered(api.GET("/contacts/{golden_id}/timeline", { params, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const historyQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...contactKey(id), "history"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const params = { path: { golden_id: id }, query: pageParam ? { cursor: pageParam } : {} };
      return answered(api.GET("/contacts/{golden_id}/history", { params, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const rawSourceQuery = (connectionId: string, providerId: string) =>
  queryOptions({
    queryKey: ["source", connectionId, providerId],
    queryFn: async ({ signal }) => {
      const path = { connection_id: connectionId, provider_id: providerId };
      return answered(
        api.GET("/sources/{connection_id}/{provider_id}", { params: { path }, parseAs: "text", signal }),
      );
    },
    staleTime: 0,
  });

/** Whether an assistant runs here; only who runs the services changes it. */
export const assistantQuery = queryOptions({
  queryKey: ["assistant"],
  queryFn: async ({ signal }) => {
    // While a service is not fit the answer is an error, and tells of all of them just the same.
    const { data, error } = await api.GET("/health", { signal });
    const services: unknown = (data ?? error)?.services;
    return typeof services === "object" && services !== null && "agent" in services;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** What the assistant took of the model, day by day. */
export const usageQuery = queryOptions({
  queryKey: ["usage"],
  queryFn: ({ signal }) => answered(api.GET("/usage", { signal })),
});

export const proposalsKey = ["proposals"] as const;
/** What was said in conversations with the assistant. */
export const everyThreadKey = ["chat"] as const;
export const threadKey = (id: string) => [...everyThreadKey, id] as const;

/** A proposal as it was carried out, perhaps edited; it is over, and stays as it is. */
export const decidedProposalQuery = (id: string) =>
  queryOptions({
    queryKey: ["decided-proposal", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/proposals/{proposal_id}", { params: { path: { proposal_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the assistant proposed to this person, the latest first. */
export const proposalsQuery = (state: Proposal["state"] | undefined) =>
  infiniteQueryOptions({
    queryKey: [...proposalsKey, state ?? "all"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page<Proposal>> => {
      const query = { ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return answered(api.GET("/proposals", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const workspaceQuery = (id: string) =>
  queryOptions({
    queryKey: ["workspace", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/workspaces/{workspace_id}", { params: { path: { workspace_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** How many questions are looked at ahead; more come when these run low. */
export const QUESTIONS_AHEAD = 50;

export const suggestionsQuery = (putOff = false) =>
  queryOptions({
    queryKey: ["suggestions", putOff],
    queryFn: async ({ signal }) => {
      const query = { limit: QUESTIONS_AHEAD, put_off: putOff };
      const { items } = await answered(api.GET("/suggestions", { params: { query }, signal }));
      // The client's types lose that a question has two sides.
      return items as Suggestion[];
    },
  });

export const suggestionCountQuery = queryOptions({
  queryKey: ["suggestion-count"],
  queryFn: ({ signal }) => answered(api.GET("/suggestions/count", { signal })),
});

/** What the history of a whole workspace is asked for. */
export interface ActivityFilter {
  kind?: Activity["kind"] | undefined;
  actor?: "people" | "rules" | undefined;
}

export const activityQuery = ({ kind, actor }: ActivityFilter) =>
  infiniteQueryOptions({
    queryKey: ["activity", kind ?? "all", actor ?? "all"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page<Activity>> => {
      const query = {
        ...(kind ? { kind } : {}),
        ...(actor ? { actor } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return answered(api.GET("/history", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const explanationQuery = (id: string) =>
  queryOptions({
    queryKey: [...contactKey(id), "explain"],
    queryFn: ({ signal }) =>
      answered(api.GET("/contacts/{golden_id}/explain", { params: { path: { golden_id: id } }, signal })),
  });

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async ({ signal }) => (await answered(api.GET("/auth/sessions", { signal }))).items,
});

export const accessTokensQuery = queryOptions({
  queryKey: ["access-tokens"],
  queryFn: async ({ signal }) => (await answered(api.GET("/auth/tokens", { signal }))).items,
});

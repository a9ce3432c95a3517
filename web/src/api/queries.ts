import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api } from "./client";
import type { Group } from "./filter";
import { Problem } from "./problem";
import type { Activity, ContactPage, Interaction, Page, Sort, Suggestion } from "./types";

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
const PAGES_ASKED_ANEW = 2;

/** Whether a list is asked for anew when one comes back to it; a longer one stands as it was left. */
export function isAskedAnew(list: { pages: readonly unknown[] } | undefined): boolean {
  return (list?.pages.length ?? 0) <= PAGES_ASKED_ANEW;
}

export const contactsQuery = (filter: ContactFilter) =>
  infiniteQueryOptions({
    queryKey: ["contacts", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<ContactPage> => {
      const query = {
        limit: pageParam ? PAGE_SIZE : FIRST_PAGE_SIZE,
        ...narrowingOf(filter),
        ...(filter.sort ? { sort: filter.sort } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return answered(api.GET("/contacts", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    // While it is shown, what changes is shown in place, row by row: asking for all again would make the list jump. One
    // that is come back to, from another page or another search, is old, and asked for anew where that is little.
    staleTime: (query) => (isAskedAnew(query.state.data) ? 0 : Number.POSITIVE_INFINITY),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** What narrows a list of contacts, as routes take it. */
export function narrowingOf({ q, filter }: ContactFilter): { q?: string; filter?: string } {
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

/** The contact that a source record is part of. */
export const contactOfSourceQuery = (connectionId: string, providerId: string) =>
  queryOptions({
    queryKey: ["contact-of-source", connectionId, providerId],
    queryFn: ({ signal }) => {
      const query = { connection_id: connectionId, provider_id: providerId };
      return answered(api.GET("/contacts/of-source", { params: { query }, signal }));
    },
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

/** One question, wherever in the queue it is; nothing where it is asked no longer. */
export const suggestionQuery = (id: string) =>
  queryOptions({
    queryKey: ["suggestion", id],
    queryFn: async ({ signal }): Promise<Suggestion | null> => {
      const params = { path: { suggestion_id: id } };
      try {
        return (await answered(api.GET("/suggestions/{suggestion_id}", { params, signal }))) as Suggestion;
      } catch (error) {
        if (error instanceof Problem && error.slug === "suggestion-not-found") return null;
        throw error;
      }
    },
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
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

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, api } from "./client";
import type { Page, Proposal } from "./types";

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

/** A proposal as it stands, perhaps decided elsewhere. */
export const proposalQuery = (id: string) =>
  queryOptions({
    queryKey: [...proposalsKey, "one", id],
    queryFn: ({ signal }) => readProposal(id, signal),
  });

/** A proposal as it was carried out, perhaps edited; it is over, and stays as it is. */
export const decidedProposalQuery = (id: string) =>
  queryOptions({
    queryKey: ["decided-proposal", id],
    queryFn: ({ signal }) => readProposal(id, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

function readProposal(proposal_id: string, signal: AbortSignal): Promise<Proposal> {
  return answered(api.GET("/proposals/{proposal_id}", { params: { path: { proposal_id } }, signal }));
}

/** A program may propose something at any time, and nothing says so by itself. */
const ASK_FOR_WAITING_MS = 60_000;

/** How many proposals wait for this person, as far as a page of them tells. */
export const waitingProposalsQuery = queryOptions({
  queryKey: [...proposalsKey, "waiting"],
  queryFn: async ({ signal }) => {
    const found = await answered(api.GET("/proposals", { params: { query: { state: "open" } }, signal }));
    return { count: found.items.length, isExact: !found.next_cursor };
  },
  refetchInterval: ASK_FOR_WAITING_MS,
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

import { useInfiniteQuery } from "@tanstack/react-query";
import { actionsQuery, tellingSyncsQuery } from "../../api/connections";
import { type ActivityFilter, activityQuery } from "../../api/queries";
import type { Action, Activity, Sync } from "../../api/types";
import { interleave, type Strand } from "./interleaving";

/** Something that happened: with who is who, with what providers told, or with what was written to them. */
export type Happening =
  | { of: "history"; entry: Activity }
  | { of: "sync"; run: Sync }
  | { of: "writing"; action: Action };

/** What of all that happened is wanted; `syncs` and `writing` are kinds beside those of the history. */
export interface Wanted {
  actor?: ActivityFilter["actor"];
  kind?: ActivityFilter["kind"] | "syncs" | "writing";
}

/** What happened in the workspace, the latest first. */
export function useActivity({ actor, kind }: Wanted) {
  const ofHistory = kind === "syncs" || kind === "writing" ? undefined : kind;
  const history = useInfiniteQuery({
    ...activityQuery({ actor, kind: ofHistory }),
    enabled: kind === undefined || ofHistory !== undefined,
  });
  const syncs = useInfiniteQuery({
    ...tellingSyncsQuery,
    // Nobody reads by hand, and the rules of who is who read nothing.
    enabled: actor === undefined && (kind === undefined || kind === "syncs"),
  });
  const writing = useInfiniteQuery({
    ...actionsQuery(undefined),
    // A person says yes to whatever is written.
    enabled: actor !== "rules" && (kind === undefined || kind === "writing"),
  });
  const asked = [
    { list: history, strand: strandOf(history, (entry) => ({ of: "history", entry })) },
    { list: syncs, strand: strandOf(syncs, (run) => ({ of: "sync", run })) },
    { list: writing, strand: strandOf(writing, (action) => ({ of: "writing", action })) },
  ].filter(({ list }) => list.isEnabled);
  const lists = asked.map(({ list }) => list);
  const { items, behind } = interleave(asked.map(({ strand }) => strand));
  return {
    items,
    isPending: lists.some(({ isPending }) => isPending),
    failed: lists.find(({ isError }) => isError),
    earlier: {
      hasNextPage: behind.length > 0,
      isFetchingNextPage: lists.some(({ isFetchingNextPage }) => isFetchingNextPage),
      fetchNextPage: () => Promise.all(behind.map((place) => lists[place]?.fetchNextPage())),
    },
  };
}

interface Listed<T> {
  data: { pages: { items: T[] }[] } | undefined;
  hasNextPage: boolean;
}

function strandOf<T>({ data, hasNextPage }: Listed<T>, told: (item: T) => Happening): Strand<Happening> {
  return {
    items: data?.pages.flatMap(({ items }) => items.map(told)) ?? [],
    hasMore: hasNextPage,
    at: timeOf,
  };
}

function timeOf(happening: Happening): string {
  switch (happening.of) {
    case "history":
      return happening.entry.happened_at;
    case "sync":
      return happening.run.started_at;
    case "writing":
      return happening.action.created_at;
  }
}

import { queryOptions } from "@tanstack/react-query";
import { answered, api } from "./client";
import { together } from "./together";

/** Whether something that was done still stands, was undone, or is no longer known. */
export type Standing = "stands" | "undone" | "gone";

const AT_ONCE = 100;

const ofAction = together(async (ids: string[]) => {
  const query = { ids, limit: AT_ONCE };
  const { items } = await answered(api.GET("/actions", { params: { query } }));
  return new Map(items.map(({ id, undone_by }) => [id, standing(undone_by)]));
}, AT_ONCE);

const ofEntry = together(async (numbers: number[]) => {
  const query = { numbers, limit: AT_ONCE };
  const { items } = await answered(api.GET("/history", { params: { query } }));
  return new Map(items.map(({ number, undone_by }) => [number, standing(undone_by)]));
}, AT_ONCE);

/** Whether an action still stands. */
export const actionStandingQuery = (id: string) =>
  queryOptions({
    queryKey: ["actions", "standing", id],
    queryFn: async () => (await ofAction(id)) ?? "gone",
  });

/** Whether what an entry of the history tells of still stands. */
export const entryStandingQuery = (number: number) =>
  queryOptions({
    queryKey: ["activity", "standing", number],
    queryFn: async () => (await ofEntry(number)) ?? "gone",
  });

function standing(undoneBy: unknown): Standing {
  return undoneBy === null || undoneBy === undefined ? "stands" : "undone";
}

import { MutationObserver, onlineManager, type QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Unreachable } from "./api/problem";
import { makeQueryClient } from "./query-client";

let client: QueryClient;
const away = vi.fn(async () => {
  throw new Unreachable(new TypeError("no network"));
});

beforeEach(() => {
  client = makeQueryClient();
  client.mount();
  onlineManager.setOnline(false);
  away.mockClear();
});

afterEach(() => {
  onlineManager.setOnline(true);
  client.unmount();
  client.clear();
});

it("says at once that nobody can be reached, and does later nothing that was pressed without a network", async () => {
  const erasing = new MutationObserver(client, { mutationFn: away });

  await expect(erasing.mutate()).rejects.toThrow(Unreachable);
  onlineManager.setOnline(true);
  await client.resumePausedMutations();

  expect(away).toHaveBeenCalledTimes(1);
});

it("shows a reader without a network that nothing could be read, and reads it when there is one", async () => {
  const reading = { queryKey: ["contact", "g1"], queryFn: away as () => Promise<unknown> };

  await expect(client.fetchQuery(reading)).rejects.toThrow(Unreachable);

  expect(client.getQueryState(reading.queryKey)).toMatchObject({ status: "error", fetchStatus: "idle" });
  expect(client.defaultQueryOptions(reading).refetchOnReconnect).toBe(true);
});

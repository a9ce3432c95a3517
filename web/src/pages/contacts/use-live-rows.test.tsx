// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";
import { Session } from "../../api/session";
import { Feed } from "../../live/feed";
import { FeedContext } from "../../live/use-live";
import { useLiveRows } from "./use-live-rows";

afterEach(cleanup);

const EVERYBODY = ["contacts", {}];
const FOUND = ["contacts", { q: "ada" }];

function list(client: QueryClient, key: readonly unknown[], pages: number) {
  const page = { items: [], next_cursor: "on", total_is_exact: true, near: [] };
  client.setQueryData(key, {
    pages: Array.from({ length: pages }, () => page),
    pageParams: Array.from({ length: pages }),
  });
}

function shown(client: QueryClient, key: readonly unknown[]) {
  const feed = new Feed(new Session("http://127.0.0.1:1"));
  const wrapper = ({ children }: { children: ReactNode }) => (
    <FeedContext value={feed}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </FeedContext>
  );
  const hook = renderHook(({ key }) => useLiveRows(key), { wrapper, initialProps: { key } });
  return {
    stale: () => hook.result.current.stale,
    show: (other: readonly unknown[]) => act(() => hook.rerender({ key: other })),
  };
}

it("says of a long list that there may be news when a search is cleared, and of none while it is read", () => {
  const client = new QueryClient();
  list(client, EVERYBODY, 1);
  list(client, FOUND, 1);
  const { stale, show } = shown(client, EVERYBODY);

  act(() => list(client, EVERYBODY, 3));
  expect(stale()).toBe(false);
  show(FOUND);
  expect(stale()).toBe(false);
  show(EVERYBODY);

  expect(stale()).toBe(true);
});

// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";
import type { Suggestion } from "../../api/types";
import { askAt } from "../../testing/at-stand-in";
import { json, problem, standIn } from "../../testing/stand-in";
import { toasts } from "../../ui/toasts";
import { useShown } from "./use-shown";

const asked = (id: string, version = "1") => ({ id, version }) as Suggestion;
const [A, B, C] = [asked("a"), asked("b"), asked("c")] as const;

afterEach(() => {
  toasts.clear();
  cleanup();
});

function review(list: readonly Suggestion[], pair?: string) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const onFound = () => hook.rerender({ list, pair: undefined });
  const hook = renderHook(
    (now: { list: readonly Suggestion[]; pair: string | undefined }) =>
      useShown(now.list, { pair: now.pair, onFound }),
    { wrapper, initialProps: { list, pair } },
  );
  return {
    shown: () => hook.result.current.shown?.id,
    now: () => hook.result.current,
    hear: (again: readonly Suggestion[]) => act(() => hook.rerender({ list: again, pair: undefined })),
  };
}

it("keeps the pair that is shown when a stronger one comes, and when it is listed no more", () => {
  const { shown, hear, now } = review([A, B]);

  hear([C, asked("a", "2"), B]);
  expect(shown()).toBe("a");
  expect(now().shown?.version).toBe("2");
  hear([C, B]);

  expect(shown()).toBe("a");
});

it("goes on once it is answered, and to whichever is chosen", () => {
  const { shown, hear, now } = review([A, B, C]);

  act(() => now().show(C));
  expect(shown()).toBe("c");
  act(() => now().goOn(new Set(["b"])));
  expect(shown()).toBe("c");
  hear([A]);
  act(() => now().goOn(new Set(["b", "c"])));

  expect(shown()).toBe("a");
});

it("shows the pair that one comes for, however far behind in the queue it is", async () => {
  askAt(await standIn({ "GET /suggestions/c": (_, response) => json(response, C) }));
  const { shown, now } = review([A, B], "c");
  expect(now().isAwaited).toBe(true);
  expect(shown()).toBeUndefined();

  await waitFor(() => expect(shown()).toBe("c"));
});

it("says that the pair one comes for is asked no longer, and asks what waits", async () => {
  askAt(
    await standIn({
      "GET /suggestions/c": (_, response) => problem(response, 404, "suggestion-not-found", "Not found"),
    }),
  );
  const { shown } = review([A, B], "c");

  await waitFor(() => expect(shown()).toBe("a"));

  expect(toasts.shown.map(({ words }) => words)).toEqual(["This question is asked no longer"]);
});

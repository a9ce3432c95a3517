// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { ContactDetail } from "../../api/types";
import { askAt } from "../../testing/at-stand-in";
import { json, problem, standIn } from "../../testing/stand-in";
import { toasts } from "../../ui/toasts";
import type { WritePlace } from "./write-places";
import { useWriting } from "./writing";

const PLACE: WritePlace = {
  source: { connection_id: "c1", provider: "hubspot", provider_id: "7" } as ContactDetail["sources"][number],
  before: "CTO",
};

afterEach(() => {
  toasts.clear();
  cleanup();
});

function writing() {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook(() => useWriting("g1", "job_title"), { wrapper });
}

const said = () => toasts.shown.map(({ words }) => words);

it.each([
  ["conflict", null, "It was changed there meanwhile. Look at what it says now, and write again."],
  ["failed", "HubSpot refused it.", "HubSpot refused it."],
])("tells of a %s whose form is closed by then", async (state, words, why) => {
  askAt(
    await standIn({
      "POST /actions": (_, response) => json(response, { id: "a1", state, problem: words }, 202),
    }),
  );
  const { result, unmount } = writing();

  act(() => result.current.mutate({ place: PLACE, value: "CEO" }));
  unmount();

  await vi.waitFor(() => expect(said()).toHaveLength(1));
  expect(said()[0]).toMatch(/^Job title is not written to .+\. /);
  expect(said()[0]).toContain(why);
});

it("tells of what was refused at once, also when the form is closed", async () => {
  askAt(
    await standIn({ "POST /actions": (_, response) => problem(response, 409, "revoked", "Reconnect it") }),
  );
  const { result, unmount } = writing();

  act(() => result.current.mutate({ place: PLACE, value: "CEO" }));
  unmount();

  await vi.waitFor(() => expect(said()[0]).toContain("Reconnect it."));
});

it("leaves it to the form while that is open", async () => {
  askAt(
    await standIn({
      "POST /actions": (_, response) => json(response, { id: "a1", state: "failed", problem: "No." }, 202),
    }),
  );
  const { result } = writing();

  await act(() => result.current.mutateAsync({ place: PLACE, value: "CEO" }));

  expect(said()).toEqual([]);
});

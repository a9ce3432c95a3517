// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { makeQueryClient } from "../../query-client";
import { askAt } from "../../testing/at-stand-in";
import { json, standIn } from "../../testing/stand-in";
import { DoneSteps } from "./done-steps";

afterEach(cleanup);

const [UNDONE, STANDING, GONE] = ["1", "2", "3"].map((end) => `6f1c2d9e-0000-4000-8000-00000000000${end}`);

function show(...steps: readonly object[]) {
  const told = steps.map((step, at) => ({ says: `Step ${at + 1}`, state: "succeeded", ...step }));
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <DoneSteps steps={told} />
    </QueryClientProvider>,
  );
}

it("says of what was undone before that it was, with one request for all steps", async () => {
  const ids = [UNDONE, STANDING, GONE];
  const path = `/actions?${ids.map((id) => `ids=${id}`).join("&")}&limit=100`;
  const items = [
    { id: UNDONE, undone_by: "another" },
    { id: STANDING, undone_by: null },
  ];
  const server = await standIn({
    [`GET ${path}`]: (_, response) => json(response, { items, next_cursor: null }),
    "GET /history?numbers=7&limit=100": (_, response) =>
      json(response, { items: [{ number: 7, undone_by: 9 }], next_cursor: null }),
  });
  askAt(server);

  show(...ids.map((id) => ({ undo: `/actions/${id}/undo` })), { undo: "/history/7/undo" });

  await vi.waitFor(() => expect(screen.getAllByText("Undone")).toHaveLength(2));
  expect(screen.getAllByRole("button", { name: "Undo" })).toHaveLength(1);
  expect(screen.getAllByLabelText("Done")).toHaveLength(2);
  expect(server.asked).toHaveLength(2);
});

it("says what really happened", async () => {
  show({ says: "Log an email in HubSpot", effect: "Nothing is sent." });

  expect(screen.getByText("Nothing is sent.")).toBeTruthy();
});

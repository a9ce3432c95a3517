// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import type { Action } from "../../api/types";
import { makeQueryClient } from "../../query-client";
import { askAt } from "../../testing/at-stand-in";
import { json, standIn } from "../../testing/stand-in";
import { WrittenWords } from "./written";

afterEach(cleanup);

const EMAIL: Action = {
  id: "a1",
  connection_id: "c1",
  action: { kind: "send_email", contact_id: "7", subject: "Hello", body: "Dear" },
  state: "succeeded",
  can_undo: false,
  created_by: "u1",
  created_at: "2026-01-02T03:04:05Z",
};

it("calls an email that an account only keeps what it is", async () => {
  const items = [{ kind: "send_email", says: "Nothing is sent.", fields: [], lacks: [], only_noted: true }];
  const server = await standIn({
    "GET /connections/c1/actions": (_, response) => json(response, { items, not_possible: {} }),
  });
  askAt(server);

  render(
    <QueryClientProvider client={makeQueryClient()}>
      <WrittenWords action={EMAIL} account="Sales" />
    </QueryClientProvider>,
  );

  expect(await screen.findByText("Email logged: Hello")).toBeTruthy();
});

// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { askAt } from "../../testing/at-stand-in";
import { json, standIn } from "../../testing/stand-in";
import { Assistant } from "./assistant";

afterEach(cleanup);

async function shown(usage: { model: string; is_stand_in: boolean }) {
  askAt(
    await standIn({
      "GET /usage": (_, response) =>
        json(response, { ...usage, tokens_a_day: 2_000, used_today: 5, days: [] }),
    }),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Assistant />
    </QueryClientProvider>,
  );
  await screen.findByText("5 of 2,000");
  return document.body.textContent;
}

it("says that a stand-in answers, and that nothing is charged", async () => {
  const words = await shown({ model: "stand-in", is_stand_in: true });

  expect(words).toContain("Today · the sandbox's stand-in");
  expect(words).toContain("nothing is charged");
});

it("names the model, where one answers", async () => {
  const words = await shown({ model: "some-model", is_stand_in: false });

  expect(words).toContain("Today · some-model");
  expect(words).not.toContain("charged");
});

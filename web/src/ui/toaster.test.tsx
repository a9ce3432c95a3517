// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "../api/problem";
import { Toaster } from "./toaster";
import { toasts } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
  // jsdom has no popovers; here they are as good as shown.
  Object.assign(HTMLElement.prototype, { showPopover: () => undefined, hidePopover: () => undefined });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Toaster />
    </QueryClientProvider>,
  );
});

afterEach(() => {
  act(() => toasts.clear());
  cleanup();
  vi.useRealTimers();
});

const words = () =>
  [...screen.getByRole("region", { hidden: true }).querySelectorAll("p")].map((one) => one.textContent);
const rest = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

it("says what was done, and lets it go after a while, what can be undone later", async () => {
  act(() => void toasts.say("Saved"));
  act(() => void toasts.say("Merged", async () => undefined));
  expect(words()).toEqual(["Saved", "Merged"]);

  await rest(7_000);
  expect(words()).toEqual(["Merged"]);

  await rest(7_000);
  expect(words()).toEqual([]);
});

it("stays while somebody is at it", async () => {
  act(() => void toasts.say("Saved"));
  fireEvent.pointerEnter(screen.getByRole("region", { hidden: true }));

  await rest(60_000);

  expect(words()).toEqual(["Saved"]);
});

it("undoes once, and says so", async () => {
  const undo = vi.fn(async () => undefined);
  act(() => void toasts.say("Merged", undo));

  fireEvent.click(screen.getByRole("button", { name: "Undo", hidden: true }));
  await rest(0);

  expect(undo).toHaveBeenCalledTimes(1);
  expect(words()).toEqual(["Undone"]);
});

it("calls nothing undone that is only on its way", async () => {
  act(() => void toasts.say("Written", async () => "The undoing is on its way"));

  fireEvent.click(screen.getByRole("button", { name: "Undo", hidden: true }));
  await rest(0);

  expect(words()).toEqual(["The undoing is on its way"]);
});

it("says why something could not be undone", async () => {
  const undo = () =>
    Promise.reject(new Problem({ status: 409, slug: "x", message: "It is undone already." }));
  act(() => void toasts.say("Merged", undo));

  fireEvent.click(screen.getByRole("button", { name: "Undo", hidden: true }));
  await rest(0);

  expect(words()).toEqual(["This could not be undone. It is undone already."]);
});

it("shows the latest three", () => {
  for (const said of ["one", "two", "three", "four"]) act(() => void toasts.say(said));

  expect(words()).toEqual(["two", "three", "four"]);
});

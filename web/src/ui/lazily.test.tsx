// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { lazily } from "./lazily";
import { toasts } from "./toasts";

afterEach(() => {
  toasts.clear();
  cleanup();
});

interface Props {
  onClose: () => void;
  words: string;
}
const Part = ({ words }: Props) => <p>{words}</p>;
const rest = () => act(async () => undefined);

it("shows a part once it is fetched, and fetches it once", async () => {
  const load = vi.fn(async () => Part);
  const Lazy = lazily(load);

  const { unmount } = render(<Lazy words="one" onClose={() => undefined} />);
  await rest();
  expect(screen.getByText("one")).toBeDefined();
  unmount();
  render(<Lazy words="two" onClose={() => undefined} />);

  expect(screen.getByText("two")).toBeDefined();
  expect(load).toHaveBeenCalledTimes(1);
});

it("says that a part cannot be fetched, closes it, and tries again when it is opened again", async () => {
  const load = vi.fn(async () => Part).mockRejectedValueOnce(new TypeError("Failed to fetch"));
  const Lazy = lazily(load);
  const onClose = vi.fn();

  const { unmount } = render(<Lazy words="one" onClose={onClose} />);
  await rest();
  expect(onClose).toHaveBeenCalledTimes(1);
  expect(toasts.shown.map(({ words }) => words)).toEqual([
    "This part of the page could not be fetched. Try it again when the network is there.",
  ]);
  unmount();
  render(<Lazy words="two" onClose={onClose} />);
  await rest();

  expect(screen.getByText("two")).toBeDefined();
});

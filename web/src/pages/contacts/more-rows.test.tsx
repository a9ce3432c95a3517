// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MoreRows } from "./more-rows";

/** jsdom lays nothing out: here the end is in sight always, which an observer tells once, when it begins. */
class InSight {
  readonly #told: (entries: { isIntersecting: boolean }[]) => void;

  constructor(told: (entries: { isIntersecting: boolean }[]) => void) {
    this.#told = told;
  }

  observe(): void {
    this.#told([{ isIntersecting: true }]);
  }

  disconnect(): void {}
}

beforeEach(() => void vi.stubGlobal("IntersectionObserver", InSight));

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("asks for page after page while the end stays in sight, and never while the list is being asked for", () => {
  const fetchNextPage = vi.fn();
  const list = { hasNextPage: true, isFetchingNextPage: false, isFetchNextPageError: false, error: null };
  const shown = (isFetching: boolean) => <MoreRows list={{ ...list, isFetching, fetchNextPage }} />;

  const { rerender } = render(shown(true));
  expect(fetchNextPage).toHaveBeenCalledTimes(0);
  rerender(shown(false));
  expect(fetchNextPage).toHaveBeenCalledTimes(1);
  rerender(shown(true));
  rerender(shown(false));

  expect(fetchNextPage).toHaveBeenCalledTimes(2);
});

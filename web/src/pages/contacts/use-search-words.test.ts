// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useSearchWords } from "./use-search-words";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function box(q = "") {
  const searched: string[] = [];
  const search = (words: string) => void searched.push(words);
  const hook = renderHook(({ q }) => useSearchWords(q, search), { initialProps: { q } });
  return {
    searched,
    words: () => hook.result.current[0],
    type: (words: string) => act(() => hook.result.current[1](words)),
    rest: (milliseconds = 200) => act(() => vi.advanceTimersByTime(milliseconds)),
    address: (q: string) => act(() => hook.rerender({ q })),
  };
}

it("searches once the typing rests", () => {
  const { searched, type, rest } = box();

  type("a");
  rest(150);
  type("ad");
  rest(150);
  expect(searched).toEqual([]);
  rest(50);

  expect(searched).toEqual(["ad"]);
});

it("keeps what was typed while the address caught up", () => {
  const { searched, words, type, rest, address } = box();

  type("a");
  rest();
  type("ad");
  address("a");
  expect(words()).toBe("ad");
  rest();
  type("ada");
  rest();
  address("ad");
  expect(words()).toBe("ada");
  address("ada");
  rest();

  expect(words()).toBe("ada");
  expect(searched).toEqual(["a", "ad", "ada"]);
});

it("shows what something else put into the address, and searches for it no second time", () => {
  const { searched, words, type, rest, address } = box("ada");

  type("adam");
  address("");
  rest();

  expect(words()).toBe("");
  expect(searched).toEqual([]);
});

it("takes a search that never came about for nothing", () => {
  const { words, type, rest, address } = box();
  type("ada");
  rest();
  address("grace");
  expect(words()).toBe("grace");

  address("ada");

  expect(words()).toBe("ada");
});

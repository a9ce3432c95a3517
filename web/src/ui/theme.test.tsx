// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { applyTheme, chooseTheme, storedTheme, useTheme } from "./theme";

afterEach(() => {
  cleanup();
  act(() => chooseTheme("system"));
});

it("is the same wherever it is chosen, and the next time", () => {
  const { result } = renderHook(useTheme);
  expect(result.current).toBe("system");

  act(() => chooseTheme("dark"));

  expect(result.current).toBe("dark");
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  expect(storedTheme()).toBe("dark");
});

it("begins as it is applied", () => {
  act(() => applyTheme("light"));

  expect(renderHook(useTheme).result.current).toBe("light");
});

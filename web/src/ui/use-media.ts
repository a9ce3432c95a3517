import { useCallback, useSyncExternalStore } from "react";

/** Whether the window is as a media query says, kept up to date. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** Whether there is room for a phone's width only. */
export function useIsPhone(): boolean {
  return useMedia("(width < 40rem)");
}

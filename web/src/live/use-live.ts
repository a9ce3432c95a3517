import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from "react";
import type { LiveEvent } from "./events";
import type { Feed, FeedStatus } from "./feed";

/** The one stream of the page. */
export const FeedContext = createContext<Feed | null>(null);

function useFeed(): Feed {
  const feed = useContext(FeedContext);
  if (!feed) throw new Error("there is no feed around this component");
  return feed;
}

/** Hear of what changes while a component is shown. */
export function useLive(listener: (event: LiveEvent) => void): void {
  const feed = useFeed();
  const hear = useEffectEvent(listener);
  useEffect(() => feed.listen((event) => hear(event)), [feed]);
}

/** Whether what is shown is kept up to date just now. */
export function useFeedStatus(): FeedStatus {
  const feed = useFeed();
  return useSyncExternalStore(feed.subscribe, () => feed.status);
}

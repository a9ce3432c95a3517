import { useSyncExternalStore } from "react";
import { ago, exactly } from "./format";

const EVERY_MS = 30_000;

/** How long ago something was, kept up to date; the exact time is a hover away. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exactly(at)} className="whitespace-nowrap">
      {ago(at, now)}
    </time>
  );
}

/** The time, as of half a minute. */
export function useNow(): number {
  return useSyncExternalStore(everyHalfMinute, halfMinute);
}

function everyHalfMinute(tick: () => void): () => void {
  const timer = setInterval(tick, EVERY_MS);
  return () => clearInterval(timer);
}

function halfMinute(): number {
  return Math.floor(Date.now() / EVERY_MS) * EVERY_MS;
}

import { CloudOff } from "lucide-react";
import { useOnline } from "../api/use-online";
import { useFeedStatus } from "../live/use-live";

/** Say that what is shown may be old, on whichever page. */
export function Away() {
  const isOnline = useOnline();
  const isAway = useFeedStatus() === "away";
  return (
    <div
      role="status"
      className="-translate-x-1/2 pointer-events-none fixed top-14 left-1/2 z-20 w-max max-w-[calc(100vw-1.5rem)] md:top-3"
    >
      {(!isOnline || isAway) && (
        <p className="flex animate-appear items-center gap-2 rounded-lg border border-edge bg-warn-soft px-3 py-1.5 text-sm text-warn shadow-lg">
          <CloudOff aria-hidden="true" className="size-4 shrink-0" />
          {isOnline ? "Lead Manager cannot be reached just now." : "You are offline."} What you see is as it
          was.
        </p>
      )}
    </div>
  );
}

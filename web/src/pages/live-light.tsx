import { useOnline } from "../api/use-online";
import { useFeedStatus } from "../live/use-live";
import { cx } from "../ui/class-names";

const SAYS = {
  live: { words: "Live", dot: "bg-good", about: "What changes appears by itself" },
  connecting: { words: "Connecting", dot: "bg-muted", about: "Live updates are being opened" },
  away: {
    words: "Reconnecting",
    dot: "bg-warn",
    about: "Live updates are interrupted; what is shown may be old",
  },
  offline: { words: "Offline", dot: "bg-warn", about: "Without a network; what is shown may be old" },
} as const;

/** Whether the page is kept up to date. */
export function LiveLight() {
  const status = useFeedStatus();
  const { words, dot, about } = SAYS[useOnline() ? status : "offline"];
  return (
    <p role="status" title={about} className="flex items-center gap-2 text-muted text-xs md:px-2">
      <span aria-hidden="true" className={cx("size-1.5 rounded-full", dot)} />
      <span className="sr-only md:not-sr-only">{words}</span>
    </p>
  );
}

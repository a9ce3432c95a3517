import { ArrowUp } from "lucide-react";
import { counted } from "../../ui/format";

interface NewsProps {
  isStale: boolean;
  /** How many more there are than when the list was read; nothing where nobody counts. */
  more: number;
  show: () => void;
}

/** What came since the list was read: it waits here, so that no row moves under anybody's eyes. */
export function News({ isStale, more, show }: NewsProps) {
  return (
    <div
      aria-live="polite"
      className="pointer-events-none absolute inset-x-0 top-10 z-[3] flex justify-center"
    >
      {isStale && (
        <button
          type="button"
          onClick={show}
          className="pointer-events-auto flex h-7 animate-appear items-center gap-1.5 rounded-full bg-button px-3 font-medium text-white text-xs shadow-lg hover:bg-button-hover"
        >
          <ArrowUp aria-hidden="true" className="size-3.5" />
          {more > 0 ? `Show ${counted(more, "new contact")}` : "Show what is new"}
        </button>
      )}
    </div>
  );
}

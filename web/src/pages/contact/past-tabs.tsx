import { type KeyboardEvent, useId, useState } from "react";
import type { ContactDetail } from "../../api/types";
import { Explanation } from "./explanation";
import { History } from "./history";
import { Timeline } from "./timeline";

const TABS = [
  { name: "timeline", label: "Timeline" },
  { name: "history", label: "History" },
  { name: "why", label: "Why one?" },
] as const;

/** What happened with a person, and what happened to their record. */
export function PastTabs({ contact, cited }: { contact: ContactDetail; cited?: string | undefined }) {
  const [shown, setShown] = useState<(typeof TABS)[number]["name"]>("timeline");
  const id = useId();
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const step = event.key === "ArrowRight" ? 1 : TABS.length - 1;
    const next = TABS[(TABS.findIndex(({ name }) => name === shown) + step) % TABS.length]?.name ?? shown;
    setShown(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <div className="min-w-0">
      <div role="tablist" aria-label="The past" onKeyDown={move} className="flex gap-4 border-b px-4 md:px-6">
        {TABS.map(({ name, label }) => (
          <button
            key={name}
            id={`${id}-${name}`}
            type="button"
            role="tab"
            aria-selected={shown === name}
            aria-controls={`${id}-panel`}
            tabIndex={shown === name ? 0 : -1}
            onClick={() => setShown(name)}
            className="-mb-px h-10 border-transparent border-b-2 font-medium text-muted text-sm hover:text-ink aria-selected:border-accent aria-selected:text-ink"
          >
            {label}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${shown}`}
        className="px-4 py-4 md:px-6"
      >
        {shown === "timeline" && <Timeline contact={contact} cited={cited} />}
        {shown === "history" && <History contact={contact} />}
        {shown === "why" && <Explanation contactId={contact.id} />}
      </div>
    </div>
  );
}

import { type KeyboardEvent, useId, useState } from "react";
import type { ContactDetail } from "../../api/types";
import { History } from "./history";
import { Timeline } from "./timeline";

const TABS = [
  { name: "timeline", label: "Timeline" },
  { name: "history", label: "History" },
] as const;

/** What happened with a person, and what happened to their record. */
export function PastTabs({ contact }: { contact: ContactDetail }) {
  const [shown, setShown] = useState<(typeof TABS)[number]["name"]>("timeline");
  const id = useId();
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = shown === "timeline" ? "history" : "timeline";
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
        {shown === "timeline" ? <Timeline contactId={contact.id} /> : <History contact={contact} />}
      </div>
    </div>
  );
}

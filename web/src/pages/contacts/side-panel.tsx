import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, Maximize2, X } from "lucide-react";
import { useEffect, useEffectEvent } from "react";
import { contactQuery } from "../../api/queries";
import type { ContactDetail } from "../../api/types";
import { Avatar } from "../../ui/avatar";
import { Failure } from "../../ui/failure";
import { count, nameOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { ProviderBadges } from "../../ui/providers";
import { isCovered, isTyping } from "../../ui/typing";
import { Fields } from "../contact/fields";
import { PastTabs } from "../contact/past-tabs";
import { Sources } from "../contact/sources";

const ICON =
  "grid size-7 place-items-center rounded-md text-muted enabled:hover:bg-hover enabled:hover:text-ink disabled:opacity-35";

interface SidePanelProps {
  id: string;
  /** The contacts of the view, in its order. */
  order: readonly string[];
  total: number | undefined;
  open: (id: string) => void;
  onClose: () => void;
}

/** A contact beside the list, with the way to the next and the previous one of the view. */
export function SidePanel({ id, order, total, open, onClose }: SidePanelProps) {
  const contact = useQuery(contactQuery(id));
  const at = order.indexOf(id);
  const previous = order[at - 1];
  const next = at < 0 ? undefined : order[at + 1];

  const press = useEffectEvent((event: KeyboardEvent) => {
    if (isCovered() || event.defaultPrevented) return;
    const isStep = event.ctrlKey || event.metaKey || event.altKey;
    const to = { ArrowDown: next, ArrowUp: previous }[event.key];
    if (isStep && to !== undefined && !isTyping(event.target)) {
      event.preventDefault();
      open(to);
    } else if (event.key === "Escape" && !isTyping(event.target)) {
      onClose();
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const name = contact.data ? nameOf({ ...contact.data.fields }) : "Contact";
  return (
    <aside
      aria-label={name}
      className="absolute inset-y-0 right-0 z-[6] flex w-[27rem] max-w-full flex-col border-l bg-canvas shadow-xl @4xl:static @4xl:shadow-none"
    >
      <div className="flex h-12 shrink-0 items-center gap-0.5 border-b px-3">
        <button
          type="button"
          aria-label="Previous contact"
          title="Previous (Ctrl ↑)"
          disabled={previous === undefined}
          onClick={() => previous && open(previous)}
          className={ICON}
        >
          <ChevronUp aria-hidden="true" className="size-4" />
        </button>
        <button
          type="button"
          aria-label="Next contact"
          title="Next (Ctrl ↓)"
          disabled={next === undefined}
          onClick={() => next && open(next)}
          className={ICON}
        >
          <ChevronDown aria-hidden="true" className="size-4" />
        </button>
        {at >= 0 && total !== undefined && (
          <span className="ml-1 text-muted text-xs tabular-nums">
            {count(at + 1)} of {count(Math.max(total, order.length))}
          </span>
        )}
        <Link
          to="/contacts/$contactId"
          params={{ contactId: id }}
          aria-label="Open as a page"
          title="Open as a page"
          className="ml-auto grid size-7 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
        >
          <Maximize2 aria-hidden="true" className="size-3.5" />
        </Link>
        <button type="button" aria-label="Close" title="Close (Esc)" onClick={onClose} className={ICON}>
          <X aria-hidden="true" className="size-4" />
        </button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        {contact.isError ? (
          <div className="p-4">
            <Failure error={contact.error} retry={contact.refetch} />
          </div>
        ) : contact.data ? (
          <Person key={contact.data.id} contact={contact.data} name={name} />
        ) : (
          <div className="p-4">
            <Loading />
          </div>
        )}
      </div>
    </aside>
  );
}

function Person({ contact, name }: { contact: ContactDetail; name: string }) {
  const role = [contact.fields["job_title"], contact.fields["company"]].filter(Boolean).join(" at ");
  return (
    <>
      <header className="flex items-center gap-3 border-b px-4 py-4 md:px-6">
        <Avatar id={contact.id} name={name} large />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-lg tracking-tight [overflow-wrap:anywhere]">{name}</h2>
          {role && <p className="text-muted text-sm">{role}</p>}
          <div className="mt-1.5">
            <ProviderBadges sources={contact.sources} />
          </div>
        </div>
      </header>
      <Fields contact={contact} />
      <div className="border-t">
        <PastTabs contact={contact} />
      </div>
      <div className="border-t">
        <Sources contact={contact} />
      </div>
    </>
  );
}

import type { Outcome } from "../../api/types";
import { Avatar } from "../../ui/avatar";
import { counted, nameOf } from "../../ui/format";
import { ProviderBadges } from "../../ui/providers";

/** More of them nobody looks through. */
const MOST_SHOWN = 8;

/** The contacts that something would lead to. */
export function Resulting({ outcome }: { outcome: Outcome }) {
  const shown = outcome.contacts.slice(0, MOST_SHOWN);
  const left = outcome.contacts.length - shown.length;
  return (
    <section aria-label="What comes of it" className="rounded-lg bg-info-soft p-3">
      <p className="mb-2 text-accent text-xs">
        {outcome.contacts.length === 0 ? "No contact changes." : "What comes of it"}
      </p>
      <ul className="space-y-2">
        {shown.map((contact) => (
          <li key={contact.id} className="flex items-center gap-2.5">
            <Avatar id={contact.id} name={nameOf(contact)} />
            <span className="min-w-0 flex-1 truncate text-sm">
              <span className="font-medium">{nameOf(contact)}</span>{" "}
              <span className="text-muted">{contact.email}</span>
            </span>
            <ProviderBadges sources={contact.sources} tight="always" />
          </li>
        ))}
      </ul>
      {left > 0 && <p className="mt-2 text-muted text-xs">and {counted(left, "other contact")}</p>}
    </section>
  );
}

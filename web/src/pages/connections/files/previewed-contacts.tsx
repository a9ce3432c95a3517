import type { FilePreview } from "../../../api/types";
import { cx } from "../../../ui/class-names";
import { nameOf } from "../../../ui/format";

const SHOWN = 3;
const LINES_SHOWN = 4;

/** The first people of a file, as they would be known. */
export function PreviewedContacts({
  contacts,
  isOld,
}: {
  contacts: FilePreview["contacts"];
  isOld: boolean;
}) {
  if (contacts.length === 0) return null;
  return (
    <section aria-label="First people" aria-busy={isOld}>
      <h3 className="mb-1 font-medium text-sm">Its first people</h3>
      <ul className={cx("grid gap-2 sm:grid-cols-3", isOld && "opacity-60")}>
        {contacts.slice(0, SHOWN).map((contact, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and never move
          <li key={index} className="min-w-0 rounded-lg border px-3 py-2 text-sm">
            <p className="truncate font-medium">{nameOf({ ...contact, email: null, phone: null })}</p>
            {linesOf(contact)
              .slice(0, LINES_SHOWN)
              .map((line, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the lines never move
                <p key={place} className="truncate text-muted text-xs">
                  {line}
                </p>
              ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function linesOf(contact: Partial<FilePreview["contacts"][number]>): string[] {
  // Lists that are empty are left out of the answer.
  const { emails = [], phones = [], job_title, company } = contact;
  return [...emails, ...phones, job_title, company].filter((line) => line != null);
}

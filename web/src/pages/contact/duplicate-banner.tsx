import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { explanationQuery } from "../../api/queries";
import type { ContactDetail } from "../../api/types";
import { buttonClass } from "../../ui/button";
import { begun } from "../../ui/format";
import { Notice } from "../../ui/notice";

/** Tell that another contact may be the same person, while nobody has said so or otherwise. */
export function DuplicateBanner({ contact }: { contact: ContactDetail }) {
  const explained = useQuery({ ...explanationQuery(contact.id), enabled: contact.needs_review });
  const near = explained.data?.near_misses.find(({ put_off_until }) => (put_off_until ?? null) === null);
  if (!contact.needs_review || !near) return null;
  return (
    <div className="px-4 pb-3 md:px-6">
      <Notice
        tone="warn"
        action={
          <Link to="/review" search={{ pair: near.suggestion_id }} className={buttonClass()}>
            Review
          </Link>
        }
      >
        {begun(near.sentence)}{" "}
        <Link
          to="/contacts/$contactId"
          params={{ contactId: near.id }}
          className="whitespace-nowrap font-medium underline"
        >
          See the other contact
        </Link>
      </Notice>
    </div>
  );
}

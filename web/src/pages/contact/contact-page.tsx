import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ChevronLeft, UserRoundX } from "lucide-react";
import { useEffect } from "react";
import { Problem } from "../../api/problem";
import { contactQuery } from "../../api/queries";
import type { ContactDetail } from "../../api/types";
import { Avatar } from "../../ui/avatar";
import { buttonClass } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { nameOf } from "../../ui/format";
import { ProviderBadges } from "../../ui/providers";
import { useTitle } from "../../ui/use-title";
import { listLeft } from "../contacts/list-left";
import { DuplicateBanner } from "./duplicate-banner";
import { Fields } from "./fields";
import { MoreMenu } from "./more-menu";
import { PastTabs } from "./past-tabs";
import { Sources } from "./sources";

/** One person: what is known, where it comes from, what happened. */
export function ContactPage() {
  const { contactId } = useParams({ from: "/member/contacts/$contactId" });
  const { source } = useSearch({ from: "/member/contacts/$contactId" });
  const navigate = useNavigate();
  const contact = useQuery(contactQuery(contactId));
  const id = contact.data?.id;

  useEffect(() => {
    // An id from before a join leads to the whole; the address should too.
    if (id !== undefined && id !== contactId) {
      const params = { contactId: id };
      void navigate({ to: "/contacts/$contactId", params, search: (before) => before, replace: true });
    }
  }, [id, contactId, navigate]);

  if (contact.isError && contact.error instanceof Problem && contact.error.status === 404) return <Gone />;
  return (
    <>
      <div className="px-4 pt-3 md:px-6">
        <Link
          to="/contacts"
          search={listLeft()}
          className="-ml-1.5 inline-flex h-7 items-center gap-1 rounded-md px-1.5 text-muted text-sm hover:bg-hover hover:text-ink"
        >
          <ChevronLeft aria-hidden="true" className="size-3.5" />
          Contacts
        </Link>
      </div>
      {contact.isError && (
        <div className="px-4 pt-3 md:px-6">
          <Failure error={contact.error} retry={contact.refetch} />
        </div>
      )}
      {contact.data ? (
        <Person key={contact.data.id} contact={contact.data} cited={source} />
      ) : (
        contact.isPending && <Loading />
      )}
    </>
  );
}

function Person({ contact, cited }: { contact: ContactDetail; cited: string | undefined }) {
  const name = nameOf({ ...contact.fields });
  useTitle(name);
  const role = [contact.fields["job_title"], contact.fields["company"]].filter(Boolean).join(" at ");
  return (
    <article className="@container">
      <DuplicateBanner contact={contact} />
      <header className="flex items-center gap-3.5 border-b px-4 pt-2 pb-4 md:px-6">
        <Avatar id={contact.id} name={name} large />
        <div className="min-w-0 flex-1">
          <h1 className="font-semibold text-xl tracking-tight [overflow-wrap:anywhere]">{name}</h1>
          <p className="text-muted text-sm">{role || contact.fields["email"]}</p>
        </div>
        <div className="hidden sm:block">
          <ProviderBadges sources={contact.sources} />
        </div>
        <MoreMenu contact={contact} />
      </header>
      <div className="contact-parts">
        <div className="border-b [grid-area:fields] @5xl:border-b-0">
          <Fields contact={contact} />
        </div>
        <div className="min-w-0 [grid-area:past] @3xl:border-l">
          <PastTabs contact={contact} cited={cited} />
        </div>
        <div className="border-t [grid-area:sources] @3xl:border-t-0 @5xl:border-l">
          <Sources contact={contact} cited={cited} />
        </div>
      </div>
    </article>
  );
}

function Gone() {
  useTitle("Gone");
  return (
    <EmptyState
      icon={UserRoundX}
      title="This contact is not here"
      action={
        <Link to="/contacts" className={buttonClass()}>
          Go to contacts
        </Link>
      }
    >
      It may have been deleted in every tool it came from, or its account was disconnected and its records
      erased.
    </EmptyState>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="flex animate-pulse items-center gap-3.5 px-4 pt-2 pb-4 md:px-6">
      <span className="sr-only">Loading</span>
      <div className="size-12 rounded-full bg-hover" />
      <div className="space-y-2">
        <div className="h-4 w-44 rounded bg-hover" />
        <div className="h-3 w-28 rounded bg-hover" />
      </div>
    </div>
  );
}

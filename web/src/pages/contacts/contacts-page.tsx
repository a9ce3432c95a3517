import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useEffectEvent } from "react";
import type { ContactFilter } from "../../api/queries";
import type { User } from "../../api/types";
import { useUser } from "../../api/use-session";
import { lazily } from "../../ui/lazily";
import { isCovered, isTyping } from "../../ui/typing";
import { useTitle } from "../../ui/use-title";
import { ListBody } from "./list-body";
import { ListHead } from "./list-head";
import { keepList } from "./list-left";
import { useContactList } from "./use-contact-list";
import { useView } from "./views/use-view";

const SidePanel = lazily(async () => (await import("./side-panel")).SidePanel);

/** Everybody: the golden records, to search, to sort, to open. */
export function ContactsPage() {
  useTitle("Contacts");
  const user = useUser();
  return user && <Contacts user={user} />;
}

function Contacts({ user }: { user: User }) {
  const search = useSearch({ from: "/member/contacts" });
  const filter: ContactFilter = { q: search.q, filter: search.filter, sort: search.sort };
  const list = useContactList(filter);
  const view = useView(search, user.id);
  const open = useOpening(search.contact);
  useEffect(() => keepList(search), [search]);
  useEscape(() => {
    // What is open beside the list closes first.
    if (search.contact === undefined) list.selecting.clear();
  });
  return (
    <div className="@container relative flex h-[calc(100dvh-3rem)] overflow-hidden md:h-dvh">
      <div className="@container/list relative flex min-w-0 flex-1 flex-col">
        <ListHead list={list} filter={filter} view={view} />
        <ListBody list={list} filter={filter} view={view} openId={search.contact} open={open} />
      </div>
      {search.contact !== undefined && (
        <SidePanel
          id={search.contact}
          order={list.order}
          total={list.total}
          open={open}
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}

/** Open a contact beside the list, or close it; which one is open stands in the address. */
function useOpening(openId: string | undefined): (id: string | undefined) => void {
  const navigate = useNavigate({ from: "/contacts" });
  return useCallback(
    (id) =>
      void navigate({
        search: (before) => ({ ...before, contact: id }),
        // Going on to the next is no step to come back to; opening is.
        replace: openId !== undefined && id !== undefined,
        resetScroll: false,
      }),
    [navigate, openId],
  );
}

function useEscape(act: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Escape" && !isTyping(event.target) && !isCovered()) act();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

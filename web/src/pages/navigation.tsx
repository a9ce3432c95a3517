import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MessagesSquare, Search } from "lucide-react";
import { waitingProposalsQuery } from "../api/assistant";
import { workspaceQuery } from "../api/queries";
import type { User } from "../api/types";
import { cx } from "../ui/class-names";
import { count } from "../ui/format";
import { COMMAND_KEY } from "../ui/keys";
import { Logo } from "../ui/logo";
import { AccountMenu } from "./account-menu";
import { LiveLight } from "./live-light";
import { type Place, usePlaces } from "./places";

const LINK =
  "flex h-8 items-center gap-2 rounded-md px-1.5 text-sm text-muted hover:bg-hover hover:text-ink sm:px-2 " +
  "data-[status=active]:bg-hover data-[status=active]:font-medium data-[status=active]:text-ink";

interface NavigationProps {
  user: User;
  openPalette: () => void;
  toggleChat: (() => void) | undefined;
}

/** Where one can go: a column on wide screens, a bar on small ones. */
export function Navigation({ user, openPalette, toggleChat }: NavigationProps) {
  const workspace = useQuery(workspaceQuery(user.workspace_id));
  const places = usePlaces();
  return (
    <header className="sticky top-0 z-10 flex h-12 items-center gap-1.5 border-b bg-side px-3 sm:gap-3 md:h-dvh md:w-56 md:shrink-0 md:flex-col md:items-stretch md:gap-4 md:border-r md:border-b-0 md:p-3">
      <div className="flex shrink-0 items-center gap-2 max-[24rem]:hidden md:min-w-0 md:px-2 md:pt-1">
        <Logo />
        <span className="hidden truncate font-semibold text-sm md:block">
          {workspace.data?.name ?? "Lead Manager"}
        </span>
      </div>
      <button
        type="button"
        onClick={openPalette}
        aria-keyshortcuts="Control+K Meta+K"
        className="order-last flex h-8 items-center gap-2 rounded-md px-1.5 text-muted text-sm hover:bg-hover hover:text-ink sm:px-2 md:order-none md:border md:border-edge md:bg-raised md:shadow-xs"
      >
        <Search aria-hidden="true" className="size-4 md:size-3.5" strokeWidth={1.75} />
        <span className="flex-1 text-left max-md:sr-only">Search</span>
        <span aria-hidden="true" className="hidden rounded border px-1 text-xs md:block">
          {COMMAND_KEY} K
        </span>
      </button>
      <nav aria-label="Main" className="flex flex-1 sm:gap-1 md:flex-col md:gap-0.5">
        {places.map((place) => (
          <PlaceLink key={place.to} place={place} />
        ))}
      </nav>
      {toggleChat && (
        <button
          type="button"
          onClick={toggleChat}
          aria-keyshortcuts="Control+J Meta+J"
          className="flex h-8 items-center gap-2 rounded-md px-1.5 text-muted text-sm hover:bg-hover hover:text-ink sm:px-2"
        >
          <MessagesSquare aria-hidden="true" className="size-4" strokeWidth={1.75} />
          <span className="flex-1 text-left max-md:sr-only">Ask</span>
          <span aria-hidden="true" className="hidden rounded border px-1 text-xs md:block">
            {COMMAND_KEY} J
          </span>
        </button>
      )}
      <LiveLight />
      <AccountMenu user={user} />
    </header>
  );
}

function PlaceLink({ place: { to, label, icon: Icon } }: { place: Place }) {
  return (
    <Link to={to} className={cx(LINK, "relative")} activeOptions={{ includeSearch: false }}>
      <Icon aria-hidden="true" className="size-4" strokeWidth={1.75} />
      <span className="max-sm:sr-only">{label}</span>
      {to === "/proposals" && <Waiting />}
    </Link>
  );
}

/** How many proposals wait: each ends by itself when nobody decides. */
function Waiting() {
  const waiting = useQuery(waitingProposalsQuery).data;
  if (!waiting || waiting.count === 0) return null;
  return (
    <span className="rounded-full bg-info-soft px-1.5 font-medium text-accent text-xs tabular-nums max-sm:absolute max-sm:-top-1 max-sm:-right-1 md:ml-auto">
      <span className="sr-only">, </span>
      {count(waiting.count)}
      {waiting.isExact || "+"}
      <span className="sr-only"> waiting</span>
    </span>
  );
}

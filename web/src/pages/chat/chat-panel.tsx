import "./no-eval";

import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { ChevronDown, ListChecks, MessagesSquare, SquarePen, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { newId } from "../../api/new-id";
import { Problem } from "../../api/problem";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { Menu, MenuItem } from "../../ui/menu";
import { isCovered } from "../../ui/typing";
import { useIsPhone } from "../../ui/use-media";
import { threadQuery, threadsQuery } from "./chats";
import { Thread } from "./thread";
import { useOpenContact } from "./use-open-contact";

const ICON = "grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink";
interface ChatPanelProps {
  threadId: string;
  openThread: (id: string) => void;
  onClose: () => void;
}

/** The assistant, beside whatever page is open. */
export function ChatPanel({ threadId, openThread, onClose }: ChatPanelProps) {
  const thread = useQuery(threadQuery(threadId));
  const contact = useOpenContact();
  const focusOnce = useFocusOnce(threadId);
  useUncovered(onClose);
  return (
    <aside
      aria-label="Assistant"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented || isCovered() || isWriting(event.target))
          return;
        event.stopPropagation();
        onClose();
      }}
      className="fixed inset-0 z-[12] flex flex-col border-l bg-canvas sm:left-auto sm:w-[26rem] sm:shadow-xl lg:sticky lg:top-0 lg:h-dvh lg:shrink-0 lg:shadow-none"
    >
      <header className="flex h-12 shrink-0 items-center gap-1 border-b pr-2 pl-4">
        <Threads threadId={threadId} openThread={openThread} />
        <Link to="/proposals" aria-label="Proposals" title="Proposals" className={ICON}>
          <ListChecks aria-hidden="true" className="size-4" />
        </Link>
        <button
          type="button"
          aria-label="New conversation"
          title="New conversation"
          onClick={() => openThread(newId())}
          className={ICON}
        >
          <SquarePen aria-hidden="true" className="size-4" />
        </button>
        <button
          type="button"
          aria-label="Close the assistant"
          title="Close (Esc)"
          onClick={onClose}
          className={ICON}
        >
          <X aria-hidden="true" className="size-4" />
        </button>
      </header>
      {thread.error instanceof Problem && thread.error.status === 404 ? (
        <EmptyState icon={MessagesSquare} title="The assistant is not here">
          This Lead Manager runs without it. Whoever runs it can add it.
        </EmptyState>
      ) : thread.isError ? (
        <div className="p-4">
          <Failure error={thread.error} retry={thread.refetch} />
        </div>
      ) : thread.data ? (
        <Thread
          // What came of it elsewhere, as on the page of proposals, begins it anew.
          key={`${threadId} ${thread.dataUpdatedAt}`}
          id={threadId}
          kept={thread.data}
          contact={contact}
          onShown={focusOnce}
        />
      ) : (
        <div className="p-4">
          <Loading />
        </div>
      )}
    </aside>
  );
}

/** Whether a question is being written: what closes the panel by mistake would take it out of sight. */
function isWriting(target: EventTarget): boolean {
  return target instanceof HTMLTextAreaElement && target.value !== "";
}

/** Give a conversation's box the focus as it is opened; not when it begins anew while one is elsewhere. */
function useFocusOnce(threadId: string): (box: HTMLElement) => void {
  const opened = useRef<string>(undefined);
  return (box) => {
    if (opened.current !== threadId) box.focus();
    opened.current = threadId;
  };
}

/** Where the panel covers the page, what it leads to must come into sight. */
function useUncovered(close: () => void) {
  const { href } = useLocation();
  const shown = useRef(href);
  const isPhone = useIsPhone();
  useEffect(() => {
    if (shown.current === href) return;
    shown.current = href;
    if (isPhone) close();
  }, [href, isPhone, close]);
}

function Threads({ threadId, openThread }: Pick<ChatPanelProps, "threadId" | "openThread">) {
  const threads = useQuery(threadsQuery);
  const open = threads.data?.find(({ id }) => id === threadId);
  const title = open?.title || "Assistant";
  if (!threads.data || threads.data.length === 0) {
    return <h2 className="flex-1 font-semibold text-sm">{title}</h2>;
  }
  return (
    <h2 className="min-w-0 flex-1">
      <Menu
        label={`Conversation: ${title}`}
        width={300}
        className="flex h-8 max-w-full items-center gap-1 rounded-md font-semibold text-sm hover:text-accent"
        button={
          <>
            <span className="truncate">{title}</span>
            <ChevronDown aria-hidden="true" className="size-3.5 shrink-0 text-muted" />
          </>
        }
      >
        {(close) =>
          threads.data.map((thread) => (
            <MenuItem
              key={thread.id}
              chosen={thread.id === threadId}
              onChoose={() => {
                close();
                openThread(thread.id);
              }}
            >
              {thread.title || "Conversation"}
            </MenuItem>
          ))
        }
      </Menu>
    </h2>
  );
}

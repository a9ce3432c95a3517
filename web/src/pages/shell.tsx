import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { assistantQuery } from "../api/assistant";
import { session } from "../api/client";
import type { User } from "../api/types";
import { useUser } from "../api/use-session";
import { Feed } from "../live/feed";
import { Freshness } from "../live/freshness";
import { FeedContext } from "../live/use-live";
import { lazily } from "../ui/lazily";
import { Toaster } from "../ui/toaster";
import { toasts } from "../ui/toasts";
import { Away } from "./away";
import { clearDrafts } from "./chat/drafts";
import { keepChat, keptChat } from "./chat/kept-chat";
import { type Overlay, useShortcuts } from "./command/use-shortcuts";
import { clearList } from "./contacts/list-left";
import { Navigation } from "./navigation";

const Palette = lazily(async () => (await import("./command/palette")).Palette);
const KeysDialog = lazily(async () => (await import("./command/keys-dialog")).KeysDialog);
const ChatPanel = lazily(async () => (await import("./chat/chat-panel")).ChatPanel);

/** The frame around every page of a person who is signed in, with the one stream of changes. */
export function Shell() {
  const user = useUser();
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const [feed] = useState(() => new Feed(session));
  const userId = user?.id;

  useEffect(() => {
    if (userId === undefined) {
      const next = router.state.location.href;
      void navigate({ to: "/sign-in", search: { next } });
      return;
    }
    const leaving = new AbortController();
    const freshness = new Freshness(client);
    const stopListening = feed.listen(freshness.hear);
    void feed.follow(leaving.signal);
    return () => {
      leaving.abort();
      stopListening();
      freshness.stop();
      // Whoever signs in next must not see a trace of this person's data.
      client.clear();
      toasts.clear();
      clearDrafts();
      clearList();
    };
  }, [userId, client, feed, navigate, router]);

  if (!user) return null;
  return (
    <FeedContext value={feed}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded-md focus:bg-raised focus:p-2"
      >
        Skip to the content
      </a>
      <Frame key={user.id} user={user} />
      <Away />
      <Toaster />
    </FeedContext>
  );
}

/** The page of the moment between the way to others and the assistant, and what opens above all of them. */
function Frame({ user }: { user: User }) {
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const [chat, setChat] = useState(() => keptChat(user.id));
  const change = (changed: Partial<typeof chat>) => {
    const next = { ...chat, ...changed };
    setChat(next);
    keepChat(user.id, next);
  };
  const hasAssistant = useQuery(assistantQuery).data === true;
  const toggleChat = hasAssistant ? () => change({ isOpen: !chat.isOpen }) : undefined;
  useShortcuts({ show: setOverlay, toggleChat });
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <Navigation user={user} openPalette={() => setOverlay("palette")} toggleChat={toggleChat} />
      <main id="content" className="min-w-0 flex-1">
        <Outlet />
      </main>
      {chat.isOpen && hasAssistant && (
        <ChatPanel
          threadId={chat.threadId}
          openThread={(threadId) => change({ threadId })}
          onClose={() => change({ isOpen: false })}
        />
      )}
      {overlay === "palette" && (
        <Palette
          showKeys={() => setOverlay("keys")}
          openChat={hasAssistant ? () => change({ isOpen: true }) : undefined}
          // Another overlay that it led to stays.
          onClose={() => setOverlay((now) => (now === "palette" ? null : now))}
        />
      )}
      {overlay === "keys" && <KeysDialog hasAssistant={hasAssistant} onClose={() => setOverlay(null)} />}
    </div>
  );
}

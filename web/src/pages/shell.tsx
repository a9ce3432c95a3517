import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { session } from "../api/client";
import { useUser } from "../api/use-session";
import { Feed } from "../live/feed";
import { Freshness } from "../live/freshness";
import { FeedContext } from "../live/use-live";
import { Toaster } from "../ui/toaster";
import { toasts } from "../ui/toasts";
import { Away } from "./away";
import { type Overlay, useShortcuts } from "./command/use-shortcuts";
import { Navigation } from "./navigation";

const Palette = lazy(() => import("./command/palette").then((module) => ({ default: module.Palette })));
const KeysDialog = lazy(() =>
  import("./command/keys-dialog").then((module) => ({ default: module.KeysDialog })),
);

/** The frame around every page of a person who is signed in, with the one stream of changes. */
export function Shell() {
  const user = useUser();
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const [feed] = useState(() => new Feed(session));
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const userId = user?.id;
  useShortcuts(setOverlay);

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
      <div key={user.id} className="flex min-h-dvh flex-col md:flex-row">
        <Navigation user={user} openPalette={() => setOverlay("palette")} />
        <main id="content" className="min-w-0 flex-1">
          <Outlet />
        </main>
      </div>
      <Away />
      <Toaster />
      <Suspense>
        {overlay === "palette" && (
          <Palette showKeys={() => setOverlay("keys")} onClose={() => setOverlay(closed("palette"))} />
        )}
        {overlay === "keys" && <KeysDialog onClose={() => setOverlay(null)} />}
      </Suspense>
    </FeedContext>
  );
}

/** Close one overlay; another that it led to stays. */
function closed(overlay: Overlay): (now: Overlay | null) => Overlay | null {
  return (now) => (now === overlay ? null : now);
}

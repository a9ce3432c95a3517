import { useSyncExternalStore } from "react";
import { session } from "./client";
import type { SessionState } from "./session";
import type { User } from "./types";

/** Who is here, kept up to date. */
export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, () => session.state);
}

/** The person who is signed in; null in the moment after they left. */
export function useUser(): User | null {
  const state = useSession();
  return state.status === "in" ? state.user : null;
}

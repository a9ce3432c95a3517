import createClient from "openapi-fetch";
import { problemOf } from "./problem";
import type { paths } from "./schema";
import { Session } from "./session";

export const session = new Session(window.location.origin);

// Who signs out in one tab is out in all of them.
const otherTabs = new BroadcastChannel("lead-session");
otherTabs.addEventListener("message", () => session.leave());

/** End the session, in every tab of this browser. */
export async function signOut(): Promise<void> {
  await session.signOut();
  otherTabs.postMessage("left");
}

/** Every route of the gateway, typed by its own description. */
export const api = createClient<paths>({ baseUrl: session.origin, fetch: session.fetch });

/** Take what a call answered. Throws the `Problem` it answered instead. */
export async function answered<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
  // A success without a body (204) has no data, and then `T` says so.
  return data as T;
}

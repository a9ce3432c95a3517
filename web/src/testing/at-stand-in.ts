import { onTestFinished, vi } from "vitest";
import type { StandIn } from "./stand-in";

/** Let what the page asks its own server go to a stand-in, for the length of a test. */
export function askAt({ origin }: StandIn): void {
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers, signal } = request;
    const body = method === "GET" ? null : await request.text();
    return real(origin + pathname + search, { method, headers, body, signal });
  });
  onTestFinished(() => void vi.unstubAllGlobals());
}

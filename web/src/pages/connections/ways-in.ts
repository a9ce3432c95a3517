import { useMutation, useQueryClient } from "@tanstack/react-query";
import { session } from "../../api/client";
import { readProblem } from "../../api/problem";
import { connectionsQuery } from "../../api/queries";

/** Where a provider sends people back to: the path that names this page from outside. */
const RETURN_TO = "/app/connections";

export interface ZendeskCredentials {
  subdomain: string;
  email: string;
  api_token: string;
}

/** Send the person to a provider's consent; `asked` is what some providers must know before. */
export function useConsent(provider: string) {
  return useMutation({
    mutationFn: async (asked: Record<string, string>) => {
      const query = new URLSearchParams({ ...asked, return_to: RETURN_TO });
      const answer = await call(`/connections/${provider}/auth?${query}`);
      const { url } = (await answer.json()) as { url: string };
      window.location.assign(url);
      // The browser is leaving: until it has, the button goes on turning.
      await new Promise(() => undefined);
    },
  });
}

/** Connect a Zendesk account by an API token. */
export function useZendeskToken(done: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: ZendeskCredentials) =>
      call("/connections/zendesk", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(credentials),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
      done();
    },
  });
}

// Which fields a provider asks for is the provider's own, so these two calls are not of the typed interface.
async function call(path: string, init?: RequestInit): Promise<Response> {
  const answer = await session.fetch(new Request(session.origin + path, init));
  if (!answer.ok) throw await readProblem(answer);
  return answer;
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { connectionsQuery } from "../../api/queries";
import type { ConsentAsked, ZendeskCredentials } from "../../api/types";

/** Where a provider sends people back to: the path that names this page from outside. */
const RETURN_TO = "/app/connections";

/** Send the person to a provider's consent; some providers must know before which account it is about. */
export function useConsent(provider: string) {
  return useMutation({
    mutationFn: async (asked: ConsentAsked) => {
      const params = { path: { provider }, query: { ...asked, return_to: RETURN_TO } };
      const { url } = await answered(api.GET("/connections/{provider}/auth", { params }));
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
    mutationFn: (body: ZendeskCredentials) => answered(api.POST("/connections/zendesk", { body })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
      done();
    },
  });
}

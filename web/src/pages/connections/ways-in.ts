import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { connectionsQuery } from "../../api/connections";
import type { CredentialsPath, Provider, SignInWith } from "../../api/types";

/** Where a provider sends people back to: the path that names this page from outside. */
const RETURN_TO = "/app/connections";

/** What a person said in a form, by the fields' names. */
export type Said = Readonly<Record<string, string>>;

/** Whether there is any way into a provider here. */
export function isUsable(provider: Provider): boolean {
  return provider.consent || provider.credentials.length > 0 || Boolean(provider.file);
}

/** Whether a person can be sent to a provider without a word before. */
export function asksNothing(provider: Provider): boolean {
  return provider.consent && provider.asks.length === 0 && provider.credentials.length === 0;
}

/** Send the person to a provider's consent; some providers must know before which account it is about. */
export function useConsent(provider: string, returnTo = RETURN_TO) {
  return useMutation({
    mutationFn: async (asked: Said) => {
      const params = { path: { provider }, query: { ...asked, return_to: returnTo } };
      const { url } = await answered(api.GET("/connections/{provider}/auth", { params }));
      window.location.assign(url);
      // The browser is leaving: until it has, the button goes on turning.
      await new Promise(() => undefined);
    },
  });
}

/** Connect an account by credentials of its own. */
export function useCredentials(provider: string, done: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Said) => {
      // Each provider has a route of its own for what it takes; its form was drawn from the same description.
      const path = `/connections/${provider}` as CredentialsPath;
      return answered(api.POST(path, { body: given as SignInWith<CredentialsPath> }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
      done();
    },
  });
}

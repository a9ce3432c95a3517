import { type SubmitEvent, useState } from "react";
import { Problem, wordsOf } from "../../api/problem";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { textIn } from "../../ui/form-text";
import { Notice } from "../../ui/notice";
import { useConsent, useZendeskToken } from "./ways-in";

const SUBDOMAIN = "[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?";

/** Zendesk asks which account before it asks for consent, and knows a second way in. */
export function ZendeskDialog({ onClose }: { onClose: () => void }) {
  const [byToken, setByToken] = useState(false);
  const consent = useConsent("zendesk");
  const token = useZendeskToken(onClose);
  const way = byToken ? token : consent;
  const fields = way.error instanceof Problem ? way.error.fields : {};
  const placed = ["subdomain", "email", "api_token"].some((name) => fields[name]);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const subdomain = subdomainIn(textIn(form, "subdomain"));
    if (!byToken) consent.mutate({ subdomain });
    else
      token.mutate({
        subdomain,
        email: textIn(form, "email").trim(),
        api_token: textIn(form, "api_token").trim(),
      });
  };
  return (
    <Dialog title="Connect Zendesk" onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        {way.isError && !placed && <Notice tone="bad">{wordsOf(way.error)}</Notice>}
        <Field
          label="Subdomain"
          name="subdomain"
          suffix=".zendesk.com"
          required
          pattern={`\\s*(?:https://)?${SUBDOMAIN}(?:\\.zendesk\\.com/?)?\\s*`}
          title="The first part of your Zendesk's address: small letters, digits and hyphens"
          placeholder="acme"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={fields["subdomain"]}
        />
        {byToken && (
          <>
            <Field
              label="Email of an administrator"
              name="email"
              type="email"
              autoComplete="email"
              required
              error={fields["email"]}
            />
            <Field
              label="API token"
              name="api_token"
              type="password"
              autoComplete="off"
              required
              error={fields["api_token"]}
            />
            <Notice tone="warn">
              Zendesk ends API tokens on 30 April 2027. What is connected this way stops syncing then; signing
              in at Zendesk goes on working.
            </Notice>
          </>
        )}
        <div className="flex flex-wrap items-center justify-between gap-2">
          <Button look="quiet" onClick={() => setByToken(!byToken)}>
            {byToken ? "Sign in at Zendesk instead" : "Use an API token instead"}
          </Button>
          <div className="flex gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" busy={way.isPending}>
              {byToken ? "Connect" : "Continue to Zendesk"}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

/** Take the subdomain out of what people paste: its whole address, often. */
export function subdomainIn(typed: string): string {
  return typed
    .trim()
    .toLowerCase()
    .replace(/^https:\/\//, "")
    .replace(/\.zendesk\.com\/?$/, "");
}

import { type SubmitEvent, useState } from "react";
import { Problem, wordsOf } from "../../api/problem";
import type { FormField, Provider } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { textIn } from "../../ui/form-text";
import { Notice } from "../../ui/notice";
import { useProviderOf } from "../../ui/providers";
import { meantIn, typedPattern } from "./typed-text";
import { useConsent, useCredentials } from "./ways-in";

interface ConnectDialogProps {
  provider: Provider;
  /** The account that is to be connected again; another one cannot be named then. */
  accountId?: string | undefined;
  onClose: () => void;
}

/** What a provider wants to know before it is gone to, or in place of going there. */
export function ConnectDialog({ provider, accountId, onClose }: ConnectDialogProps) {
  const [byCredentials, setByCredentials] = useState(!provider.consent);
  const consent = useConsent(provider.name);
  const credentials = useCredentials(provider.name, onClose);
  const way = byCredentials ? credentials : consent;
  const fields = byCredentials ? provider.credentials : provider.asks;
  const wrong = way.error instanceof Problem ? way.error.fields : {};
  const placed = fields.some(({ name }) => wrong[name]);
  const { label } = useProviderOf()(provider.name);
  const secret = provider.credentials.find(({ kind }) => kind === "secret")?.title ?? "credentials";
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    way.mutate(
      Object.fromEntries(fields.map((field) => [field.name, meantIn(textIn(form, field.name), field)])),
    );
  };
  return (
    <Dialog title={accountId === undefined ? `Connect ${label}` : `Reconnect ${label}`} onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        {way.isError && !placed && <Notice tone="bad">{wordsOf(way.error)}</Notice>}
        {fields.map((field) => (
          <Asked key={field.name} field={field} accountId={accountId} error={wrong[field.name]} />
        ))}
        {byCredentials && provider.credentials_note && (
          <Notice tone="warn">{provider.credentials_note}</Notice>
        )}
        <div className="flex flex-wrap items-center justify-between gap-2">
          {provider.consent && provider.credentials.length > 0 && (
            <Button look="quiet" onClick={() => setByCredentials(!byCredentials)}>
              {byCredentials ? `Sign in at ${label} instead` : `Connect by ${secret} instead`}
            </Button>
          )}
          <div className="ml-auto flex gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" busy={way.isPending}>
              {byCredentials ? "Connect" : `Continue to ${label}`}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

const TYPES = { text: "text", email: "email", secret: "password" } as const;

interface AskedProps {
  field: FormField;
  accountId: string | undefined;
  error: string | undefined;
}

function Asked({ field, accountId, error }: AskedProps) {
  const given = field.is_account_id ? accountId : undefined;
  return (
    <Field
      label={field.title}
      name={field.name}
      type={TYPES[field.kind]}
      hint={field.description}
      error={error}
      suffix={field.suffix ?? undefined}
      required={field.required}
      defaultValue={given}
      readOnly={given !== undefined}
      pattern={typedPattern(field)}
      title={field.description}
      placeholder={field.example ?? undefined}
      autoComplete={field.kind === "email" ? "email" : "off"}
      autoCapitalize="none"
      spellCheck={false}
    />
  );
}

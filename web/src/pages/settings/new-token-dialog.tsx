import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Copy } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { answered, api } from "../../api/client";
import { Problem } from "../../api/problem";
import { accessTokensQuery } from "../../api/queries";
import type { AccessTokenWish } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Field } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { LIFETIMES, SCOPES, tokenWish, USUAL_LIFETIME } from "./token-words";

/** Make a token; it is shown once, and nobody can look it up again. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const making = useMutation({
    mutationFn: (wish: AccessTokenWish) => answered(api.POST("/auth/tokens", { body: wish })),
    // What was made is nowhere but in this dialog, and gone with it.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: accessTokensQuery.queryKey }),
  });
  if (making.data) {
    return (
      <Dialog title={`The token “${making.data.about.name}”`} onClose={onClose}>
        <MadeToken token={making.data.token} />
        <div className="mt-4 flex justify-end">
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  }
  const fields = making.error instanceof Problem ? making.error.fields : {};
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    making.mutate(tokenWish(new FormData(event.currentTarget)));
  };
  return (
    <Dialog title="New access token" onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        {making.isError && Object.keys(fields).length === 0 && <Failure error={making.error} />}
        <Field
          label="Name"
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          placeholder="Nightly report"
          hint="What it is for, so that you know it again."
          error={fields["name"]}
        />
        <Scopes />
        <Lifetime />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={making.isPending}>
            Make the token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Scopes() {
  return (
    <fieldset>
      <legend className="mb-1 font-medium text-sm">What it may do</legend>
      {SCOPES.map(({ scope, label, says }, at) => (
        <label key={scope} className="flex items-start gap-2 py-1 text-sm">
          <input type="radio" name="scope" value={scope} defaultChecked={at === 0} className="mt-1" />
          <span>
            {label}
            <span className="block text-muted text-xs">{says}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Lifetime() {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        Ends after
      </label>
      <select
        id={id}
        name="days"
        defaultValue={USUAL_LIFETIME}
        className="h-9 w-full rounded-md border border-field bg-raised px-2 text-sm"
      >
        {LIFETIMES.map(({ days, label }) => (
          <option key={days} value={days}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

function MadeToken({ token }: { token: string }) {
  const [isCopied, setCopied] = useState(false);
  const copying = useMutation({
    mutationFn: () => navigator.clipboard.writeText(token),
    onSuccess: () => setCopied(true),
  });
  return (
    <div className="space-y-3">
      <Notice tone="warn">Copy it now: it is shown this once.</Notice>
      <div className="flex items-center gap-2">
        <input
          readOnly
          aria-label="The token"
          value={token}
          onFocus={(event) => event.currentTarget.select()}
          className="h-9 min-w-0 flex-1 rounded-md border border-field bg-side px-2.5 font-mono text-sm"
        />
        <Button className="h-9" onClick={() => copying.mutate()}>
          {isCopied ? (
            <Check aria-hidden="true" className="size-3.5 text-good" />
          ) : (
            <Copy aria-hidden="true" className="size-3.5" />
          )}
          {isCopied ? "Copied" : "Copy"}
        </Button>
      </div>
      {copying.isError && (
        <p className="text-sm text-warn">The browser does not let us copy: select it and copy it by hand.</p>
      )}
    </div>
  );
}

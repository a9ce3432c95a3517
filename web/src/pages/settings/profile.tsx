import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useRef } from "react";
import { answered, api, session } from "../../api/client";
import { Problem } from "../../api/problem";
import { useUser } from "../../api/use-session";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { Field } from "../../ui/field";
import { textIn } from "../../ui/form-text";
import { toasts } from "../../ui/toasts";
import { Section } from "./section";

/** What a person is called, and their password. */
export function Profile() {
  return (
    <Section title="Profile" says="What you are called here, and the password you sign in with.">
      <Names />
      <hr className="my-5" />
      <Password />
    </Section>
  );
}

function Names() {
  const user = useUser();
  const saving = useMutation({
    mutationFn: (names: { first_name: string; last_name: string }) =>
      answered(api.PATCH("/auth/me", { body: names })),
    onSuccess: (changed) => {
      session.know(changed);
      toasts.say("Your name is saved");
    },
  });
  if (!user) return null;
  const fields = saving.error instanceof Problem ? saving.error.fields : {};
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    saving.mutate({
      first_name: textIn(form, "first_name").trim(),
      last_name: textIn(form, "last_name").trim(),
    });
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      {saving.isError && Object.keys(fields).length === 0 && <Failure error={saving.error} />}
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="First name"
          name="first_name"
          autoComplete="given-name"
          required
          maxLength={100}
          defaultValue={user.first_name}
          error={fields["first_name"]}
        />
        <Field
          label="Last name"
          name="last_name"
          autoComplete="family-name"
          required
          maxLength={100}
          defaultValue={user.last_name}
          error={fields["last_name"]}
        />
      </div>
      <p className="text-muted text-sm">{user.email}</p>
      <Button type="submit" busy={saving.isPending}>
        Save the name
      </Button>
    </form>
  );
}

function Password() {
  const form = useRef<HTMLFormElement>(null);
  const saving = useMutation({
    mutationFn: (password: { current: string; new: string }) =>
      answered(api.PATCH("/auth/me", { body: { password } })),
    onSuccess: () => {
      form.current?.reset();
      toasts.say("Your password is changed");
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    saving.mutate({ current: textIn(typed, "current"), new: textIn(typed, "new") });
  };
  return (
    <form ref={form} onSubmit={submit} method="post" className="space-y-3">
      {saving.isError && <Failure error={saving.error} />}
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Password now" name="current" type="password" autoComplete="current-password" required />
        <Field
          label="New password"
          name="new"
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          maxLength={256}
          hint="At least 10 characters, and not one an attacker would try first."
        />
      </div>
      <Button type="submit" busy={saving.isPending}>
        Change the password
      </Button>
    </form>
  );
}

import { useMutation } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import type { SubmitEvent } from "react";
import { session } from "../../api/client";
import { Problem, wordsOf } from "../../api/problem";
import type { Registration } from "../../api/types";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { textIn } from "../../ui/form-text";
import { Notice } from "../../ui/notice";
import { useTitle } from "../../ui/use-title";
import { Entrance } from "./entrance";

const FIELD_OF: Readonly<Record<string, keyof Registration>> = {
  "email-taken": "email",
  "email-invalid": "email",
  "password-refused": "password",
};

/** A new account, with a workspace of its own. */
export function RegisterPage() {
  useTitle("Create an account");
  const router = useRouter();
  const search = useSearch({ from: "/guest/register" });
  const registering = useMutation({
    mutationFn: (registration: Registration) => session.register(registration),
    onSuccess: () => router.invalidate(),
  });
  const errors = errorsOf(registering.error);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    registering.mutate({
      first_name: textIn(form, "first_name").trim(),
      last_name: textIn(form, "last_name").trim(),
      email: textIn(form, "email").trim(),
      password: textIn(form, "password"),
    });
  };
  return (
    <Entrance
      title="Create your account"
      otherwise={
        <>
          Have an account?{" "}
          <Link to="/sign-in" search={search} className="font-medium text-accent hover:underline">
            Sign in
          </Link>
        </>
      }
    >
      <form onSubmit={submit} method="post" className="space-y-4">
        {errors.form && <Notice tone="bad">{errors.form}</Notice>}
        <div className="grid grid-cols-2 gap-3">
          <Field
            label="First name"
            name="first_name"
            autoComplete="given-name"
            required
            maxLength={100}
            error={errors.first_name}
          />
          <Field
            label="Last name"
            name="last_name"
            autoComplete="family-name"
            required
            maxLength={100}
            error={errors.last_name}
          />
        </div>
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          required
          error={errors.email}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          maxLength={256}
          hint={
            // Who was refused is told the same rules again, and what is wrong.
            errors.password === undefined && (
              <>
                At least 10 characters, 4 of them different. Not your email address or your name, and not one
                that an attacker would try first, as <q>qwertyqwerty</q>. A sentence is fine.
              </>
            )
          }
          error={errors.password}
        />
        <Button type="submit" look="primary" className="h-9 w-full" busy={registering.isPending}>
          Create account
        </Button>
      </form>
    </Entrance>
  );
}

type Errors = Partial<Record<keyof Registration | "form", string>>;

/** Put each problem where its field is; what belongs to none stands above the form. */
function errorsOf(error: unknown): Errors {
  if (error === null) return {};
  if (!(error instanceof Problem)) return { form: wordsOf(error) };
  const field = FIELD_OF[error.slug];
  if (field) return { [field]: error.message };
  const { first_name, last_name, email, password } = error.fields;
  const known = { first_name, last_name, email, password };
  const any = Object.values(known).some((said) => said !== undefined);
  return any ? (known as Errors) : { form: error.message };
}

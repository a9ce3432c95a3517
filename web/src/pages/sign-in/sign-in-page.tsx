import { useMutation } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import type { SubmitEvent } from "react";
import { session } from "../../api/client";
import { wordsOf } from "../../api/problem";
import type { Credentials } from "../../api/types";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { textIn } from "../../ui/form-text";
import { Notice } from "../../ui/notice";
import { useTitle } from "../../ui/use-title";
import { Entrance } from "./entrance";

/** The door. */
export function SignInPage() {
  useTitle("Sign in");
  const router = useRouter();
  const search = useSearch({ from: "/guest/sign-in" });
  const entering = useMutation({
    mutationFn: (credentials: Credentials) => session.signIn(credentials),
    onSuccess: () => router.invalidate(),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    entering.mutate({ email: textIn(form, "email").trim(), password: textIn(form, "password") });
  };
  return (
    <Entrance
      title="Sign in to Lead Manager"
      otherwise={
        <>
          New here?{" "}
          <Link to="/register" search={search} className="font-medium text-accent hover:underline">
            Create an account
          </Link>
        </>
      }
    >
      <form onSubmit={submit} method="post" className="space-y-4">
        {entering.isError && <Notice tone="bad">{wordsOf(entering.error)}</Notice>}
        <Field label="Email" name="email" type="email" autoComplete="username" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="primary" className="h-9 w-full" busy={entering.isPending}>
          Sign in
        </Button>
      </form>
    </Entrance>
  );
}

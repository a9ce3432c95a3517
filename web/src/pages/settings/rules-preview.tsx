import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useEffect, useRef, useState } from "react";
import { answered, api } from "../../api/client";
import { previewedQuery, rulesKey } from "../../api/rules";
import type { PreviewedChange, RulesPreview } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { count, inWords, nameOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { ShowEarlier } from "../../ui/show-earlier";
import { toasts } from "../../ui/toasts";
import { isOutdated, triedOut } from "./rules";

const KINDS = [
  ["joined", "would join"],
  ["parted", "would part"],
  ["changed", "would show another value"],
] as const;

interface PreviewProps {
  preview: RulesPreview;
  /** The version of the rules that hold. */
  version: number;
  /** It was asked for on this page just now, perhaps out of its sight. */
  wasAskedHere: boolean;
}

/** What the rules that are tried out would lead to, and the way to have them hold. */
export function PreviewPanel({ preview, version, wasAskedHere }: PreviewProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!wasAskedHere) return;
    panel.current?.scrollIntoView({ block: "start" });
    panel.current?.focus({ preventScroll: true });
  }, [wasAskedHere]);
  const client = useQueryClient();
  const [shown, setShown] = useState<PreviewedChange["kind"] | null>(null);
  const lookAgain = () => client.invalidateQueries({ queryKey: rulesKey });
  const applying = useMutation({
    mutationFn: () => answered(api.POST("/rules/preview/apply")),
    onSuccess: () => toasts.say("The new rules hold"),
    onSettled: lookAgain,
  });
  const dropping = useMutation({
    mutationFn: () => answered(api.DELETE("/rules/preview")),
    onSettled: lookAgain,
  });
  const error = applying.error ?? dropping.error;
  const isDone = preview.state === "done";
  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-label="Preview"
      className="mb-6 scroll-mt-4 rounded-lg border border-accent p-4"
    >
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="mr-auto font-semibold text-sm">
          {isDone ? "With the new rules" : "Trying the new rules out …"}
        </h3>
        <Button busy={dropping.isPending} onClick={() => dropping.mutate()}>
          Drop
        </Button>
        <Button
          look="primary"
          disabled={!isDone || isOutdated(preview, version)}
          busy={applying.isPending}
          onClick={() => applying.mutate()}
        >
          Apply
        </Button>
      </div>
      <Trying preview={preview} />
      {isOutdated(preview, version) && (
        <p className="mt-2 text-sm text-warn">Other rules hold since this began. Drop it and try again.</p>
      )}
      {error && <Failure error={error} />}
      <ul className="mt-3 grid gap-2 sm:grid-cols-3">
        {KINDS.map(([kind, words]) => (
          <li key={kind}>
            <button
              type="button"
              aria-expanded={shown === kind}
              disabled={preview[kind] === 0}
              onClick={() => setShown(shown === kind ? null : kind)}
              className="flex w-full items-baseline gap-2 rounded-md border px-3 py-2 text-left enabled:hover:bg-hover aria-expanded:border-accent sm:block"
            >
              <span className="block font-semibold text-lg tabular-nums">{count(preview[kind])}</span>
              <span className="text-muted text-xs">{words}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown && <Changes key={shown} kind={shown} askedAt={preview.asked_at} />}
    </section>
  );
}

function Trying({ preview }: { preview: RulesPreview }) {
  if (preview.state === "done") {
    return preview.total > preview.exact_up_to ? (
      <p className="mt-1 text-muted text-xs">
        Of so many records each is tried with those it touches: the numbers are close, not exact.
      </p>
    ) : null;
  }
  const { words, value } = triedOut(preview);
  return (
    <div className="mt-2">
      <p role="status" className="mb-1 text-muted text-sm tabular-nums">
        {words}
      </p>
      <progress
        aria-label="Records tried"
        className="bar"
        max={preview.total || 1}
        {...(value === undefined ? {} : { value })}
      />
    </div>
  );
}

function Changes({ kind, askedAt }: { kind: PreviewedChange["kind"]; askedAt: string }) {
  const list = useInfiniteQuery(previewedQuery(kind, askedAt));
  const changes = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="mt-3 text-sm">
      {list.isPending && <Loading />}
      {list.isError && <Failure error={list.error} retry={list.refetch} />}
      <ul aria-label="Which these are" className="divide-y">
        {changes.map(({ contacts, values = [] }) => (
          <li key={contacts.map(({ id }) => id).join()} className="flex flex-wrap gap-x-2 py-1.5">
            {contacts.map((contact, at) => (
              <Fragment key={contact.id}>
                {at > 0 && <span className="text-muted">with</span>}
                <span className="[overflow-wrap:anywhere]">
                  <Link
                    to="/contacts/$contactId"
                    params={{ contactId: contact.id }}
                    className="rounded text-accent underline underline-offset-2"
                  >
                    {nameOf(contact)}
                  </Link>{" "}
                  <span className="text-muted">{contact.email}</span>
                </span>
              </Fragment>
            ))}
            {values.map(({ field, before, after }) => (
              <span key={field} className="w-full text-xs [overflow-wrap:anywhere]">
                <span className="text-muted">{inWords(field)}:</span>{" "}
                <s className="text-muted">{before ?? "empty"}</s> <span aria-hidden="true">→</span>
                <span className="sr-only">becomes</span> {after ?? "empty"}
              </span>
            ))}
          </li>
        ))}
      </ul>
      <ShowEarlier list={list} words="Show more" />
    </div>
  );
}

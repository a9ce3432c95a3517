import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { wordsOf } from "../../api/problem";
import { sessionsQuery } from "../../api/queries";
import type { OpenSession } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { dayOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { toasts } from "../../ui/toasts";
import { Section } from "./section";

/** Where a person is signed in, and the way to end that from here. */
export function Sessions() {
  const sessions = useQuery(sessionsQuery);
  return (
    <Section title="Sessions" says="Where you are signed in. End what you do not know.">
      {sessions.isPending && <Loading />}
      {sessions.isError && <Failure error={sessions.error} retry={sessions.refetch} />}
      <ul className="divide-y">
        {sessions.data?.map((one) => (
          <OneSession key={one.id} one={one} />
        ))}
      </ul>
    </Section>
  );
}

function OneSession({ one }: { one: OpenSession }) {
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () =>
      answered(api.DELETE("/auth/sessions/{session_id}", { params: { path: { session_id: one.id } } })),
    onSuccess: () => toasts.say("The session is ended"),
    onError: (error) => toasts.warn(wordsOf(error)),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  return (
    <li className="flex items-center gap-3 py-2.5 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1">
        <p className="font-medium text-sm [overflow-wrap:anywhere]">{one.device || "Unknown device"}</p>
        <p className="text-muted text-xs">
          Last used <Ago at={one.used_at} /> · since {dayOf(one.created_at)}
        </p>
      </div>
      {one.current ? (
        <span className="rounded-md bg-good-soft px-1.5 py-0.5 text-good text-xs">This one</span>
      ) : (
        <Button
          busy={ending.isPending}
          aria-label={`End the session on ${one.device}`}
          onClick={() => ending.mutate()}
        >
          End
        </Button>
      )}
    </li>
  );
}

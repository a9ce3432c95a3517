import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { wordsOf } from "../../api/problem";
import { sessionsQuery } from "../../api/queries";
import type { OpenSession } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { count, counted, dayOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { toasts } from "../../ui/toasts";
import { deviceWords } from "./device";
import { Section } from "./section";

/** More of them are folded. */
const SHOWN = 4;

/** Where a person is signed in, and the way to end that from here. */
export function Sessions() {
  const sessions = useQuery(sessionsQuery);
  return (
    <Section title="Sessions" says="Where you are signed in. End what you do not know.">
      {sessions.isPending && <Loading />}
      {sessions.isError && <Failure error={sessions.error} retry={sessions.refetch} />}
      {sessions.data && (
        <Listed sessions={sessions.data.toSorted((one, other) => order(one) - order(other))} />
      )}
    </Section>
  );
}

function Listed({ sessions }: { sessions: readonly OpenSession[] }) {
  const others = sessions.slice(SHOWN);
  const notThis = sessions.filter(({ current }) => !current);
  return (
    <>
      <ul className="divide-y">
        {sessions.slice(0, SHOWN).map((one) => (
          <OneSession key={one.id} one={one} />
        ))}
      </ul>
      {others.length > 0 && (
        <details className="mt-2 border-t pt-2">
          <summary className="w-fit rounded text-accent text-sm hover:underline">
            {counted(others.length, "other session")}
          </summary>
          <ul className="divide-y">
            {others.map((one) => (
              <OneSession key={one.id} one={one} />
            ))}
          </ul>
        </details>
      )}
      {notThis.length > 1 && <EndOthers others={notThis} />}
    </>
  );
}

/** Sign out everywhere else, for who lost a device or no longer knows which is which. */
function EndOthers({ others }: { others: readonly OpenSession[] }) {
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: async () => {
      for (const { id } of others) await end(id);
    },
    onSuccess: () => toasts.say("You are signed in only here"),
    onError: (error) => toasts.warn(wordsOf(error)),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  return (
    <Button className="mt-3" busy={ending.isPending} onClick={() => ending.mutate()}>
      End all {count(others.length)} others
    </Button>
  );
}

async function end(session_id: string): Promise<void> {
  await answered(api.DELETE("/auth/sessions/{session_id}", { params: { path: { session_id } } }));
}

/** The one that is used just now comes first; else they stay in their order. */
function order({ current }: OpenSession): number {
  return current ? 0 : 1;
}

function OneSession({ one }: { one: OpenSession }) {
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () => end(one.id),
    onSuccess: () => toasts.say("The session is ended"),
    onError: (error) => toasts.warn(wordsOf(error)),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  return (
    <li className="flex items-center gap-3 py-2.5 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1">
        <p title={one.device} className="font-medium text-sm [overflow-wrap:anywhere]">
          {deviceWords(one.device)}
        </p>
        <p className="text-muted text-xs">
          Last used <Ago at={one.used_at} /> · since {dayOf(one.created_at)}
        </p>
      </div>
      {one.current ? (
        <span className="rounded-md bg-good-soft px-1.5 py-0.5 text-good text-xs">This one</span>
      ) : (
        <Button
          busy={ending.isPending}
          aria-label={`End the session on ${deviceWords(one.device)}`}
          onClick={() => ending.mutate()}
        >
          End
        </Button>
      )}
    </li>
  );
}

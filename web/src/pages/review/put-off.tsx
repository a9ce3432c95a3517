import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api } from "../../api/client";
import { wordsOf } from "../../api/problem";
import { suggestionsQuery } from "../../api/queries";
import type { Suggestion } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { dayOf, nameOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { toasts } from "../../ui/toasts";
import { askAnew } from "./use-answers";

/** The questions that were put off, and the way to be asked before their time. */
export function PutOff() {
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Put off" className="mt-8 border-t pt-3">
      <Button look="quiet" aria-expanded={isOpen} className="-ml-2.5" onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Hide what was put off" : "Show what was put off"}
      </Button>
      {isOpen && <Listed />}
    </section>
  );
}

function Listed() {
  const client = useQueryClient();
  const list = useQuery(suggestionsQuery(true));
  const asking = useMutation({
    mutationFn: (ids: string[]) => answered(api.POST("/suggestions/ask-again", { body: { ids } })),
    onSuccess: () => toasts.say("Asked again"),
    onError: (error) => toasts.warn(wordsOf(error)),
    onSettled: () => askAnew(client),
  });
  if (list.isPending) return <Loading />;
  if (list.isError) return <Failure error={list.error} retry={list.refetch} />;
  if (list.data.length === 0) return <p className="text-muted text-sm">Nothing was put off.</p>;
  return (
    <ul aria-label="Questions put off" className="max-w-xl divide-y text-sm">
      {list.data.map((suggestion) => (
        <li key={suggestion.id} className="flex items-center gap-3 py-2">
          <div className="min-w-0 flex-1">
            <p className="[overflow-wrap:anywhere]">{namesIn(suggestion)}</p>
            {suggestion.put_off_until && (
              <p className="text-muted text-xs">until {dayOf(suggestion.put_off_until)}</p>
            )}
          </div>
          <Button
            busy={asking.isPending && asking.variables.includes(suggestion.id)}
            aria-label={`Ask now: ${namesIn(suggestion)}`}
            onClick={() => asking.mutate([suggestion.id])}
          >
            Ask now
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** Who is asked about, also for who only hears it. */
export function namesIn({ sides }: Pick<Suggestion, "sides">): string {
  return sides.map(({ contact }) => nameOf(contact)).join(" and ");
}

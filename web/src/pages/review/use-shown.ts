import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { wordsOf } from "../../api/problem";
import { suggestionQuery, suggestionsQuery } from "../../api/queries";
import type { Suggestion } from "../../api/types";
import { toasts } from "../../ui/toasts";

/** What one comes for by the address, and how to say that it is there. */
interface CameFor {
  pair: string | undefined;
  onFound: () => void;
}

/**
 * The question that is shown. It stays until it is answered or another is chosen, whatever the list says meanwhile: no
 * other pair may come under the hands of somebody who is about to press a key.
 */
export function useShown(list: readonly Suggestion[], { pair, onFound }: CameFor) {
  const client = useQueryClient();
  const [kept, keep] = useState<Suggestion>();
  const isAwaited = pair !== undefined;
  const shown = isAwaited ? undefined : (list.find(({ id }) => id === kept?.id) ?? kept ?? list[0]);
  if (shown && shown !== kept) keep(shown);

  const find = useEffectEvent(async (id: string) => {
    try {
      const found = await client.fetchQuery(suggestionQuery(id));
      if (found) keep(found);
      else toasts.say("This question is asked no longer");
    } catch (error) {
      toasts.warn(wordsOf(error));
    }
    onFound();
  });
  useEffect(() => {
    if (pair !== undefined) void find(pair);
  }, [pair]);

  return {
    shown,
    isAwaited,
    show: keep,
    goOn: (ids: ReadonlySet<string>) => keep((one) => (one && ids.has(one.id) ? undefined : one)),
    /** Show a question again whose answer was taken back, as it is now. */
    goBack: async ({ id }: Suggestion) => keep(await asItIs(client, id)),
  };
}

async function asItIs(client: QueryClient, id: string): Promise<Suggestion | undefined> {
  const listed = client.getQueryData(suggestionsQuery().queryKey)?.find((one) => one.id === id);
  return listed ?? (await client.fetchQuery(suggestionQuery(id))) ?? undefined;
}

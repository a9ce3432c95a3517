import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { act, undoAction } from "../../api/actions";
import { connectionsQuery, possibleActionsQuery } from "../../api/connections";
import { contactKey } from "../../api/queries";
import type { ContactDetail } from "../../api/types";
import { inWords } from "../../ui/format";
import { useProviderOf } from "../../ui/providers";
import { toasts } from "../../ui/toasts";
import { updateOf, type WritePlace, writePlaces } from "./write-places";

/** The records in which a field can be written, of the accounts that are connected now. */
export function useWritePlaces(contact: ContactDetail, field: string): WritePlace[] {
  const connections = useQuery(connectionsQuery);
  const active = (connections.data ?? []).filter(
    ({ id, state }) => state === "active" && contact.sources.some((source) => source.connection_id === id),
  );
  return useQueries({
    queries: active.map(({ id }) => possibleActionsQuery(id)),
    combine: (told) => {
      const possible = new Map(active.map(({ id }, at) => [id, told[at]?.data ?? []]));
      return writePlaces(contact, field, possible);
    },
  });
}

interface Wish {
  place: WritePlace;
  value: string;
}

/** Write a field where a record lives, and offer to take it back. */
export function useWriting(contactId: string, field: string) {
  const client = useQueryClient();
  const providerOf = useProviderOf();
  const lookAgain = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: contactKey(contactId) }),
      client.invalidateQueries({ queryKey: ["actions"] }),
    ]);
  return useMutation({
    mutationFn: ({ place, value }: Wish) => act(place.source.connection_id, updateOf(field, place, value)),
    onSuccess: ({ id, state, can_undo }, { place }) => {
      const { label } = providerOf(place.source.provider);
      const undo = async () => {
        const words = await undoAction(id);
        await lookAgain();
        return words;
      };
      if (state === "succeeded") {
        toasts.say(`${inWords(field)} is written to ${label}`, can_undo ? undo : undefined);
      } else if (state === "queued" || state === "running") {
        toasts.say(`${inWords(field)} is on its way to ${label}`);
      }
    },
    // Whoever wrote it need not wait until all of it is looked at anew.
    onSettled: () => void lookAgain(),
  });
}

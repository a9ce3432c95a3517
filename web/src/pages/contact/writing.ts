import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { act, undoAction } from "../../api/actions";
import { connectionsQuery, possibleActionsQuery } from "../../api/connections";
import { wordsOf } from "../../api/problem";
import { contactKey } from "../../api/queries";
import type { Action, ContactDetail } from "../../api/types";
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

/** Why it was not written, where it was not; nothing while it may still be, or was. */
export function refusalOf({ state, problem }: Pick<Action, "state" | "problem">): string | undefined {
  if (state === "conflict")
    return "It was changed there meanwhile. Look at what it says now, and write again.";
  return state === "failed" ? (problem ?? "It was not written.") : undefined;
}

/**
 * Write a field where a record lives, and offer to take it back. The form that it is used in tells what went wrong; once
 * that is closed it is said in passing, for it may take long.
 */
export function useWriting(contactId: string, field: string) {
  const client = useQueryClient();
  const providerOf = useProviderOf();
  const isOpen = useIsShown();
  const tell = (label: string, why: string) => {
    if (!isOpen.current) toasts.warn(`${inWords(field)} is not written to ${label}. ${why}`);
  };
  const lookAgain = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: contactKey(contactId) }),
      client.invalidateQueries({ queryKey: ["actions"] }),
    ]);
  return useMutation({
    mutationFn: ({ place, value }: Wish) => act(place.source.connection_id, updateOf(field, place, value)),
    onSuccess: (action, { place }) => {
      const { id, state, can_undo } = action;
      const { label } = providerOf(place.source.provider);
      const refusal = refusalOf(action);
      if (refusal) tell(label, refusal);
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
    onError: (error, { place }) => tell(providerOf(place.source.provider).label, wordsOf(error)),
    // Whoever wrote it need not wait until all of it is looked at anew.
    onSettled: () => void lookAgain(),
  });
}

/** Whether the component is still shown, for what ends after it may be gone. */
function useIsShown() {
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return isShown;
}

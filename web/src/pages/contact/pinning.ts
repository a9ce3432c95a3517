import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { undoEntry } from "../../api/history";
import { wordsOf } from "../../api/problem";
import { inWords } from "../../ui/format";
import { toasts } from "../../ui/toasts";
import { lookAnew } from "../past/look-anew";

/** Have a contact show a value whatever its sources say, or let the rules choose again (null). */
export function usePinning(contactId: string, field: string, onDone?: () => void) {
  const client = useQueryClient();
  const params = { path: { golden_id: contactId, field } };
  return useMutation({
    mutationFn: (value: string | null) =>
      value === null
        ? answered(api.DELETE("/contacts/{golden_id}/pins/{field}", { params }))
        : answered(api.PUT("/contacts/{golden_id}/pins/{field}", { params, body: { value } })),
    onSuccess: async ({ entries }, value) => {
      onDone?.();
      const number = entries[0]?.number;
      const undo =
        number === undefined
          ? undefined
          : async () => {
              await undoEntry(number);
              await lookAnew(client);
            };
      toasts.say(value === null ? `${inWords(field)} follows its sources` : `${inWords(field)} is set`, undo);
      await lookAnew(client);
    },
    onError: (error) => toasts.warn(wordsOf(error)),
  });
}

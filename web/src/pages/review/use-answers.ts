import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { answered, api } from "../../api/client";
import { undoEntry } from "../../api/history";
import { Problem, wordsOf } from "../../api/problem";
import { contactKey, suggestionCountQuery, suggestionsQuery } from "../../api/queries";
import type { Outcome, Suggestion, Verdict } from "../../api/types";
import { toasts } from "../../ui/toasts";
import { type Choices, pinsOf } from "./comparison";

export type Word = Verdict | "later";

interface Wish {
  suggestion: Suggestion;
  word: Word;
  choices?: Choices;
}

type TakeBack = () => Promise<unknown>;

const SAID: Readonly<Record<Word, string>> = {
  same: "They are one now",
  different: "They stay apart for good",
  later: "Put off for a week",
};

/** Answer questions, and take answers back, the latest first. */
export function useAnswers() {
  const client = useQueryClient();
  const given = useRef<TakeBack[]>([]);
  const [answeredCount, setAnsweredCount] = useState(0);

  const undoing = useMutation({
    mutationFn: async () => given.current.at(-1)?.(),
    onSuccess: async () => {
      given.current.pop();
      setAnsweredCount(given.current.length);
      await askAnew(client);
    },
    onError: (error) => toasts.warn(wordsOf(error)),
  });

  const answering = useMutation({
    mutationFn: give,
    onSuccess: (takeBack, { suggestion, word }) => {
      given.current.push(takeBack);
      setAnsweredCount(given.current.length);
      leaveOut(client, new Set([suggestion.id]));
      toasts.say(SAID[word], async () => {
        await takeBack();
        given.current = given.current.filter((one) => one !== takeBack);
        setAnsweredCount(given.current.length);
        await askAnew(client);
      });
      for (const { contact } of suggestion.sides) {
        void client.invalidateQueries({ queryKey: contactKey(contact.id) });
      }
      void client.invalidateQueries({ queryKey: suggestionCountQuery.queryKey });
    },
    onError: async (error) => {
      toasts.warn(wordsOf(error));
      // The question is another by now, or is asked no longer.
      if (error instanceof Problem && error.status < 500) await askAnew(client);
    },
  });

  return { answering, undoing, answeredCount };
}

async function give({ suggestion, word, choices = {} }: Wish): Promise<TakeBack> {
  const path = { suggestion_id: suggestion.id };
  if (word === "later") {
    await answered(api.POST("/suggestions/{suggestion_id}/later", { params: { path }, body: { days: 7 } }));
    return () => answered(api.DELETE("/suggestions/{suggestion_id}/later", { params: { path } }));
  }
  const body = { decision: word, version: suggestion.version, dry_run: false };
  const outcome = await answered<Outcome>(
    api.POST("/suggestions/{suggestion_id}/decision", { params: { path }, body }),
  );
  const said = [outcome];
  const whole = outcome.contacts[0];
  if (word === "same" && whole) {
    try {
      for (const [field, value] of pinsOf(suggestion, choices)) {
        const params = { path: { golden_id: whole.id, field } };
        said.push(
          await answered<Outcome>(api.PUT("/contacts/{golden_id}/pins/{field}", { params, body: { value } })),
        );
      }
    } catch (error) {
      // The answer stands, and can be taken back as any other.
      toasts.warn(`They are one, but not every value you chose was kept: ${wordsOf(error)}`);
    }
  }
  return async () => {
    // What was done is taken back only once, even where a first try stopped half way.
    for (let last = said.at(-1); last; last = said.at(-1)) {
      await takeBack(last);
      said.pop();
    }
  };
}

/** Take back what somebody said; what came of the word goes with it. */
async function takeBack({ entries }: Outcome): Promise<void> {
  const word = entries.find(({ kind }) => kind === "decided" || kind === "pinned") ?? entries[0];
  if (!word) return;
  await undoEntry(word.number);
}

/** Take questions off the list that is shown, without waiting for another one. */
export function leaveOut(client: QueryClient, ids: ReadonlySet<string>): void {
  client.setQueryData(suggestionsQuery().queryKey, (list) => list?.filter(({ id }) => !ids.has(id)));
}

export async function askAnew(client: QueryClient): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ["suggestions"] }),
    client.invalidateQueries({ queryKey: suggestionCountQuery.queryKey }),
  ]);
}

import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { answered, api } from "../../api/client";
import { undoEntry } from "../../api/history";
import { mayPass, Problem, wordsOf } from "../../api/problem";
import { contactKey, suggestionCountQuery, suggestionQuery, suggestionsQuery } from "../../api/queries";
import type { Outcome, Suggestion, Verdict } from "../../api/types";
import { nameOf } from "../../ui/format";
import { toasts } from "../../ui/toasts";
import { type Choices, pinsOf } from "./comparison";

export type Word = Verdict | "later";

interface Wish {
  suggestion: Suggestion;
  word: Word;
  choices?: Choices;
}

interface Given {
  suggestion: Suggestion;
  takeBack: () => Promise<unknown>;
  /** The toast that tells of it, which is untrue once it is taken back. */
  toast: number;
}

const SAID: Readonly<Record<Word, string>> = {
  same: "they are one now",
  different: "they stay apart for good",
  later: "put off for a week",
};

interface Asking {
  /** A question is answered: it is time for another. */
  goOn: (ids: ReadonlySet<string>) => void;
  /** An answer is taken back: its question is asked again. */
  goBack: (suggestion: Suggestion) => void;
}

/** Answer questions, and take answers back, the latest first. */
export function useAnswers({ goOn, goBack }: Asking) {
  const client = useQueryClient();
  const given = useRef<Given[]>([]);
  const [answeredCount, setAnsweredCount] = useState(0);

  const takenBack = async (one: Given) => {
    given.current = given.current.filter((other) => other !== one);
    setAnsweredCount(given.current.length);
    toasts.dismiss(one.toast);
    await askAnew(client);
    goBack(one.suggestion);
  };
  const undoing = useMutation({
    mutationFn: async () => {
      const latest = given.current.at(-1);
      await latest?.takeBack();
      return latest;
    },
    onSuccess: async (latest) => {
      if (!latest) return;
      await takenBack(latest);
      toasts.say(`Taken back: ${namesOf(latest.suggestion)}`);
    },
    onError: (error) => toasts.warn(wordsOf(error)),
  });

  const answering = useMutation({
    mutationFn: give,
    onSuccess: (takeBack, { suggestion, word }) => {
      const toast = toasts.say(`${namesOf(suggestion)}: ${SAID[word]}`, async () => {
        await takeBack();
        await takenBack(one);
      });
      const one = { suggestion, takeBack, toast };
      given.current.push(one);
      setAnsweredCount(given.current.length);
      leaveOut(client, new Set([suggestion.id]));
      goOn(new Set([suggestion.id]));
      for (const { contact } of suggestion.sides) {
        void client.invalidateQueries({ queryKey: contactKey(contact.id) });
      }
      void client.invalidateQueries({ queryKey: suggestionCountQuery.queryKey });
    },
    onError: async (error, { suggestion: { id } }) => {
      toasts.warn(wordsOf(error));
      if (!(error instanceof Problem) || mayPass(error)) return;
      // The question is another by now, or is asked no longer.
      await askAnew(client);
      const isAsked = await client.fetchQuery(suggestionQuery(id)).then(Boolean, () => true);
      if (!isAsked) goOn(new Set([id]));
    },
  });

  return { answering, undoing, answeredCount };
}

function namesOf({ sides }: Suggestion): string {
  return sides.map(({ contact }) => nameOf(contact)).join(" and ");
}

async function give({ suggestion, word, choices = {} }: Wish): Promise<Given["takeBack"]> {
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

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api } from "../../api/client";
import { undoEntry } from "../../api/history";
import { Problem, wordsOf } from "../../api/problem";
import type { Outcome, Suggestion } from "../../api/types";
import { Button } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { counted, nameOf } from "../../ui/format";
import { toasts } from "../../ui/toasts";
import { askAnew, leaveOut, type Word } from "./use-answers";

interface QueueProps {
  list: readonly Suggestion[];
  shown: Suggestion | undefined;
  show: (suggestion: Suggestion) => void;
  /** Some are answered: it is time for another. */
  goOn: (ids: ReadonlySet<string>) => void;
}

/** The questions that follow; several can be answered at once. */
export function Queue({ list, shown, show, goOn }: QueueProps) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = list.filter(({ id }) => ticked.has(id));
  const tick = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
  };
  return (
    <aside aria-label="The queue" className="min-w-0">
      <label className="mb-2 flex items-center gap-2 text-muted text-sm">
        <input
          type="checkbox"
          checked={chosen.length === list.length}
          onChange={(event) => setTicked(new Set(event.target.checked ? list.map(({ id }) => id) : []))}
        />
        {chosen.length > 0 ? `${chosen.length} selected` : "Select all shown"}
      </label>
      {chosen.length > 0 && (
        <Bulk
          chosen={chosen}
          onDone={(ids) => {
            setTicked(new Set());
            goOn(ids);
          }}
        />
      )}
      <ul className="max-h-[70dvh] divide-y overflow-y-auto rounded-lg border bg-raised">
        {list.map((suggestion) => {
          const names = suggestion.sides.map(({ contact }) => nameOf(contact)).join(" and ");
          return (
            <li
              key={suggestion.id}
              className={cx("flex items-center gap-2 px-2.5", suggestion.id === shown?.id && "bg-hover")}
            >
              <input
                type="checkbox"
                aria-label={`Select ${names}`}
                checked={ticked.has(suggestion.id)}
                onChange={() => tick(suggestion.id)}
              />
              <button
                type="button"
                aria-current={suggestion.id === shown?.id || undefined}
                onClick={() => show(suggestion)}
                className="min-w-0 flex-1 py-2 text-left text-sm"
              >
                {suggestion.sides.map(({ contact }) => (
                  <span key={contact.id} className="block truncate">
                    {nameOf(contact)}
                  </span>
                ))}
              </button>
            </li>
          );
        })}
      </ul>
    </aside>
  );
}

function Bulk({
  chosen,
  onDone,
}: {
  chosen: readonly Suggestion[];
  onDone: (ids: ReadonlySet<string>) => void;
}) {
  const client = useQueryClient();
  const answering = useMutation({
    mutationFn: (word: Word) => answerAll(chosen, word),
    onSuccess: (takeBack) => {
      const ids = new Set(chosen.map(({ id }) => id));
      leaveOut(client, ids);
      onDone(ids);
      toasts.say(`${counted(chosen.length, "question")} answered`, async () => {
        await takeBack();
        await askAnew(client);
      });
    },
    onError: (error) => toasts.warn(wordsOf(error)),
    onSettled: () => askAnew(client),
  });
  return (
    <div className="mb-2 flex flex-wrap gap-1.5">
      <Button disabled={answering.isPending} onClick={() => answering.mutate("same")}>
        All same
      </Button>
      <Button disabled={answering.isPending} onClick={() => answering.mutate("different")}>
        All different
      </Button>
      <Button disabled={answering.isPending} onClick={() => answering.mutate("later")}>
        Later
      </Button>
    </div>
  );
}

/** Answer several questions, all or none; what comes back takes all of it back. */
async function answerAll(chosen: readonly Suggestion[], word: Word): Promise<() => Promise<unknown>> {
  const ids = chosen.map(({ id }) => id);
  if (word === "later") {
    await answered(api.POST("/suggestions/later", { body: { ids, days: 7 } }));
    return () => answered(api.POST("/suggestions/ask-again", { body: { ids } }));
  }
  const answers = chosen.map(({ id, version }) => ({ id, version, decision: word }));
  const { entries } = await answered<Outcome>(
    api.POST("/suggestions/decisions", { body: { answers, dry_run: false } }),
  );
  const numbers = entries.map(({ number }) => number);
  return async () => {
    for (let number = numbers.at(-1); number !== undefined; number = numbers.at(-1)) {
      await takeBack(number);
      numbers.pop();
    }
  };
}

async function takeBack(number: number): Promise<void> {
  try {
    await undoEntry(number);
  } catch (error) {
    // It went along with one that was taken back before it.
    if (!(error instanceof Problem && error.slug === "nothing-to-undo")) throw error;
  }
}

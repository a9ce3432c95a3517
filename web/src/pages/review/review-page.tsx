import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { CircleCheckBig } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { suggestionCountQuery, suggestionsQuery } from "../../api/queries";
import type { Suggestion } from "../../api/types";
import { buttonClass } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { count } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { useTitle } from "../../ui/use-title";
import { AnswerBar } from "./answer-bar";
import type { Choices } from "./comparison";
import { namesIn, PutOff } from "./put-off";
import { Question } from "./question";
import { Queue } from "./queue";
import { useAnswers } from "./use-answers";
import { useShown } from "./use-shown";

/** Fewer than this left, and the next ones are fetched. */
const LOW = 10;

/** The questions that only a person can answer, one after the other. */
export function ReviewPage() {
  useTitle("Review");
  const client = useQueryClient();
  const questions = useQuery(suggestionsQuery());
  const waiting = useQuery(suggestionCountQuery);
  const { pair } = useSearch({ from: "/member/review" });
  const navigate = useNavigate({ from: "/review" });
  const list = questions.data ?? [];
  const onFound = () => void navigate({ search: {}, replace: true });
  const { shown, isAwaited, show, goOn, goBack } = useShown(list, { pair, onFound });
  const answers = useAnswers({ goOn, goBack });
  const left = waiting.data?.count ?? list.length;
  const isLow = list.length < LOW && left > list.length;

  useEffect(() => {
    if (isLow) void client.invalidateQueries({ queryKey: suggestionsQuery().queryKey });
  }, [isLow, client]);

  return (
    <div className="mx-auto max-w-6xl px-4 py-5 md:px-6">
      <header className="mb-4 flex flex-wrap items-baseline gap-x-3">
        <h1 className="font-semibold text-xl tracking-tight">Review</h1>
        <p role="status" className="text-muted text-sm tabular-nums">
          {waiting.data && `${count(left)}${waiting.data.is_exact ? "" : "+"} left`}
          {answers.answeredCount > 0 && ` · ${count(answers.answeredCount)} answered`}
        </p>
      </header>
      {questions.isError && <Failure error={questions.error} retry={questions.refetch} />}
      {(questions.isPending || isAwaited) && <Loading />}
      {questions.data && !isAwaited && !shown && <NothingWaits />}
      {(shown || answers.answeredCount > 0) && (
        <Asked shown={shown} answers={answers}>
          {list.length > 1 && <Queue list={list} shown={shown} show={show} goOn={goOn} />}
        </Asked>
      )}
      <PutOff />
    </div>
  );
}

interface AskedProps {
  shown: Suggestion | undefined;
  answers: ReturnType<typeof useAnswers>;
  children: ReactNode;
}

function Asked({ shown, answers, children }: AskedProps) {
  const [chosen, setChosen] = useState<{ of?: string; choices: Choices }>({ choices: {} });
  // What was chosen for another question says nothing of this one.
  const choices = shown && chosen.of === shown.id ? chosen.choices : {};
  const { answering, undoing, answeredCount } = answers;
  return (
    <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_17rem]">
      <section aria-label="The question" className="min-w-0">
        <div className="sticky top-12 z-[1] mb-4 bg-canvas py-2 md:top-0">
          <AnswerBar
            canAnswer={shown !== undefined}
            isBusy={answering.isPending || undoing.isPending}
            canUndo={answeredCount > 0}
            answer={(word) => shown && answering.mutate({ suggestion: shown, word, choices })}
            undo={() => undoing.mutate()}
          />
        </div>
        <p aria-live="polite" className="sr-only">
          {shown && `Are they one person? ${namesIn(shown)}`}
        </p>
        {shown && (
          <Question
            key={shown.id}
            suggestion={shown}
            choices={choices}
            choose={(field, value) => setChosen({ of: shown.id, choices: { ...choices, [field]: value } })}
          />
        )}
      </section>
      {children}
    </div>
  );
}

function NothingWaits() {
  return (
    <EmptyState
      icon={CircleCheckBig}
      title="No duplicates waiting"
      action={
        <Link to="/contacts" className={buttonClass()}>
          Go to contacts
        </Link>
      }
    >
      Records that are surely one person are joined by themselves. Where it is not sure, you are asked here.
    </EmptyState>
  );
}

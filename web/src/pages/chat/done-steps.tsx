import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CircleAlert, Clock, Undo2 } from "lucide-react";
import type { Standing } from "../../api/undone";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { SafeLink } from "../../ui/safe-link";
import { lookAnew } from "../past/look-anew";
import { type DoneStep, undoOf, useStandings } from "./undo";

/** What became of each step, with the way back where there is one. */
export function DoneSteps({ steps }: { steps: readonly DoneStep[] }) {
  const standings = useStandings(steps);
  return (
    <ul aria-label="What was done" className="space-y-1.5">
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was done stays as it is
        <Done key={at} step={step} standing={standings[at]} />
      ))}
    </ul>
  );
}

function Done({ step, standing }: { step: DoneStep; standing: Standing | undefined }) {
  const client = useQueryClient();
  const undo = undoOf(step);
  const undoing = useMutation({
    mutationFn: async () => undo?.(),
    onSettled: () => Promise.all([lookAnew(client), client.invalidateQueries({ queryKey: ["actions"] })]),
  });
  // One that is under way counts as undone there already, and may yet fail.
  const isUndone = standing === "undone" && !undoing.isPending && !undoing.isError;
  return (
    <li className="space-y-1.5">
      <div className="flex items-center gap-2 text-sm">
        <Mark state={isUndone ? "undone" : step.state} />
        <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          {step.says}
          {step.state !== "succeeded" && <span className="text-muted"> · {step.detail ?? step.state}</span>}
          {step.url && (
            <>
              {" "}
              <SafeLink href={step.url} className="text-accent text-xs hover:underline">
                Open there
              </SafeLink>
            </>
          )}
        </span>
        {isUndone || undoing.isSuccess ? (
          <span className="text-muted text-xs">{isUndone ? "Undone" : undoing.data}</span>
        ) : (
          undo &&
          standing !== "gone" && (
            <Button look="quiet" busy={undoing.isPending} onClick={() => undoing.mutate()}>
              <Undo2 aria-hidden="true" className="size-3.5" />
              Undo
            </Button>
          )
        )}
      </div>
      {step.effect && <p className="pl-6 text-muted text-xs [overflow-wrap:anywhere]">{step.effect}</p>}
      {undoing.isError && <Failure error={undoing.error} />}
    </li>
  );
}

function Mark({ state }: { state: string }) {
  const className = "size-4 shrink-0";
  if (state === "succeeded") return <Check aria-label="Done" className={`${className} text-good`} />;
  if (state === "undone") return <Undo2 aria-hidden="true" className={`${className} text-muted`} />;
  if (state === "waiting") return <Clock aria-label="Waiting" className={`${className} text-muted`} />;
  return <CircleAlert aria-label="Not done" className={`${className} text-bad`} />;
}

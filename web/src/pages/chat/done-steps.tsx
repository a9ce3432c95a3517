import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CircleAlert, Clock, Undo2 } from "lucide-react";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { SafeLink } from "../../ui/safe-link";
import { lookAnew } from "../past/look-anew";
import { type DoneStep, undoOf } from "./undo";

/** What became of each step, with the way back where there is one. */
export function DoneSteps({ steps }: { steps: readonly DoneStep[] }) {
  return (
    <ul aria-label="What was done" className="space-y-1.5">
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was done stays as it is
        <Done key={at} step={step} />
      ))}
    </ul>
  );
}

function Done({ step }: { step: DoneStep }) {
  const client = useQueryClient();
  const undo = undoOf(step);
  const undoing = useMutation({
    mutationFn: async () => undo?.(),
    onSuccess: () => Promise.all([lookAnew(client), client.invalidateQueries({ queryKey: ["actions"] })]),
  });
  return (
    <li className="space-y-1.5">
      <div className="flex items-center gap-2 text-sm">
        <Mark state={step.state} />
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
        {undoing.isSuccess ? (
          <span className="text-muted text-xs">{undoing.data}</span>
        ) : (
          undo && (
            <Button look="quiet" busy={undoing.isPending} onClick={() => undoing.mutate()}>
              <Undo2 aria-hidden="true" className="size-3.5" />
              Undo
            </Button>
          )
        )}
      </div>
      {undoing.isError && <Failure error={undoing.error} />}
    </li>
  );
}

function Mark({ state }: { state: string }) {
  const className = "size-4 shrink-0";
  if (state === "succeeded") return <Check aria-label="Done" className={`${className} text-good`} />;
  if (state === "waiting") return <Clock aria-label="Waiting" className={`${className} text-muted`} />;
  return <CircleAlert aria-label="Not done" className={`${className} text-bad`} />;
}

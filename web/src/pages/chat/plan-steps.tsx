import { ArrowRight } from "lucide-react";
import type { ProposedStep } from "../../api/types";
import { inWords } from "../../ui/format";
import { ProviderBadge } from "../../ui/providers";

/** What a proposal would do, step by step: where, and each field before and after. */
export function PlanSteps({ steps }: { steps: readonly ProposedStep[] }) {
  return (
    <ol className="divide-y">
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a plan never change
        <li key={at} className="space-y-1.5 py-2 text-sm">
          <p className="flex flex-wrap items-center gap-2">
            {step.provider && <ProviderBadge name={step.provider} />}
            <span className="[overflow-wrap:anywhere]">{step.says}</span>
          </p>
          <Fields step={step} />
        </li>
      ))}
    </ol>
  );
}

function Fields({ step: { before, after } }: { step: ProposedStep }) {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (fields.length === 0) return null;
  return (
    <dl className="space-y-1">
      {fields.map((field) => {
        const was = before[field];
        const becomes = after[field];
        return (
          <div key={field}>
            <dt className="text-muted text-xs">{inWords(field)}</dt>
            <dd className="flex flex-wrap items-center gap-1.5 [overflow-wrap:anywhere]">
              {field in before && was !== becomes && (
                <>
                  <del className="text-muted">{was ?? "empty"}</del>
                  <ArrowRight aria-hidden="true" className="size-3.5 text-muted" />
                </>
              )}
              <ins className="whitespace-pre-wrap font-medium no-underline">{becomes ?? "empty"}</ins>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

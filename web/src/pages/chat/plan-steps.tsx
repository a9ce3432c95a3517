import { ArrowRight } from "lucide-react";
import type { ProposedStep } from "../../api/types";
import { exactly, inWords } from "../../ui/format";
import { ProviderBadge } from "../../ui/providers";

interface PlanStepsProps {
  steps: readonly ProposedStep[];
  /** It is being put in other words: then where it goes and what is there now is shown, and not what it would be. */
  isEdited?: boolean;
}

/** What a proposal would do, step by step: where, what really happens, and each field before and after. */
export function PlanSteps({ steps, isEdited = false }: PlanStepsProps) {
  return (
    <ol className="divide-y">
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a plan never change
        <li key={at} className="space-y-1.5 py-2 text-sm">
          <p className="flex flex-wrap items-center gap-2">
            {step.provider && <ProviderBadge name={step.provider} />}
            <span className="[overflow-wrap:anywhere]">{step.says}</span>
          </p>
          {step.effect && <p className="text-muted text-xs [overflow-wrap:anywhere]">{step.effect}</p>}
          {isEdited ? <Now step={step} /> : <Fields step={step} />}
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
                  <del className="text-muted">{told(field, was)}</del>
                  <ArrowRight aria-hidden="true" className="size-3.5 text-muted" />
                </>
              )}
              <ins className="whitespace-pre-wrap font-medium no-underline">{told(field, becomes)}</ins>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** What is there now, and to whom it goes. */
function Now({ step: { before, after } }: { step: ProposedStep }) {
  const { to } = after as { to?: string | null };
  const shown = Object.entries({ ...before, ...(to ? { to } : {}) });
  if (shown.length === 0) return null;
  return (
    <dl className="space-y-0.5">
      {shown.map(([field, value]) => (
        <div key={field} className="flex flex-wrap gap-x-1.5 [overflow-wrap:anywhere]">
          <dt className="text-muted">{field in before ? `${inWords(field)} now:` : `${inWords(field)}:`}</dt>
          <dd>{told(field, value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A moment as people read it, and anything else as it is. */
function told(field: string, value: string | null | undefined): string {
  const isMoment = field.endsWith("_at") && value && !Number.isNaN(Date.parse(value));
  return isMoment ? exactly(value) : (value ?? "empty");
}

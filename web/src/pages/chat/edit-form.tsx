import { type SubmitEvent, useId } from "react";
import type { ProposedStep } from "../../api/types";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { inWords } from "../../ui/format";
import { editablesOf, editedInput, inputNameOf, localTime } from "./editing";
import { PlanSteps } from "./plan-steps";

interface EditFormProps {
  /** What the proposal was made from. */
  input: Readonly<Record<string, unknown>>;
  /** Where it goes, and what is there now. */
  steps: readonly ProposedStep[];
  busy: boolean;
  approve: (input: Readonly<Record<string, unknown>>) => unknown;
  cancel: () => void;
}

/** A proposal put in other words, and approved as that. */
export function EditForm({ input, steps, busy, approve, cancel }: EditFormProps) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    approve(editedInput(input, new FormData(event.currentTarget)));
  };
  return (
    <form aria-label="Edit the proposal" onSubmit={submit} className="space-y-3 py-2">
      <PlanSteps steps={steps} isEdited />
      {editablesOf(input).map(({ path, value, isLong, isMoment }) => {
        const label = inWords(path.at(-1) ?? "");
        return isLong ? (
          <Lines key={inputNameOf(path)} label={label} name={inputNameOf(path)} value={value} />
        ) : (
          <Field
            key={inputNameOf(path)}
            label={label}
            name={inputNameOf(path)}
            {...(isMoment
              ? { type: "datetime-local", defaultValue: localTime(value) }
              : { defaultValue: value })}
            required
          />
        );
      })}
      <div className="flex justify-end gap-2">
        <Button disabled={busy} onClick={cancel}>
          Cancel
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          Approve as edited
        </Button>
      </div>
    </form>
  );
}

function Lines({ label, name, value }: { label: string; name: string; value: string }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        rows={5}
        required
        defaultValue={value}
        className="w-full rounded-md border border-field bg-raised px-2.5 py-1.5 text-base"
      />
    </div>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useId, useRef } from "react";
import { answered, api } from "../../api/client";
import { rulesKey, rulesPreviewQuery, rulesQuery } from "../../api/rules";
import type { Rules, RulesPreview, RulesWish } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { Field } from "../../ui/field";
import { inWords } from "../../ui/format";
import { toasts } from "../../ui/toasts";
import { Priority } from "./priority";
import { CHOSEN_FIELDS, changedRules, RULES } from "./rules";

interface RulesFormProps {
  rules: Rules;
  providers: readonly string[];
  /** Other rules are being tried out. */
  onTrying: (begun: RulesPreview) => void;
}

/** The rules, to be changed: tried out first, or at once. */
export function RulesForm({ rules, providers, onTrying }: RulesFormProps) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const saving = useMutation({
    mutationFn: (wish: RulesWish) => answered(api.PATCH("/rules", { body: wish })),
    onSuccess: async (changed) => {
      client.setQueryData(rulesQuery.queryKey, changed);
      toasts.say("The rules are changed");
      await client.invalidateQueries({ queryKey: rulesKey });
    },
  });
  const trying = useMutation({
    mutationFn: (wish: RulesWish & { relearn: boolean }) =>
      answered(api.PUT("/rules/preview", { body: wish })),
    onSuccess: (begun) => {
      client.setQueryData(rulesPreviewQuery.queryKey, begun);
      onTrying(begun);
    },
  });
  const changed = () => form.current && changedRules(rules, new FormData(form.current));
  const tryOut = (relearn: boolean) => {
    if (!form.current?.reportValidity()) return;
    const wish = changed();
    if (wish || relearn) trying.mutate({ ...wish, relearn });
    else toasts.say("Nothing was changed");
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wish = changed();
    if (wish) saving.mutate(wish);
    else toasts.say("Nothing was changed");
  };
  const error = saving.error ?? trying.error;
  return (
    <form ref={form} onSubmit={submit} className="space-y-5">
      {error && <Failure error={error} />}
      <Thresholds rules={rules} />
      <Blocked emails={rules.blocked} />
      <FieldRules chosen={rules.survivorship} />
      <Priority trusted={rules.priority} providers={providers} />
      <Learning
        isLearned={rules.learned}
        isBusy={trying.isPending && trying.variables.relearn}
        learn={() => tryOut(true)}
      />
      <div className="flex flex-wrap gap-2">
        <Button
          look="primary"
          busy={trying.isPending && !trying.variables.relearn}
          onClick={() => tryOut(false)}
        >
          Preview
        </Button>
        <Button type="submit" busy={saving.isPending}>
          Save the rules
        </Button>
      </div>
    </form>
  );
}

function Thresholds({ rules }: { rules: Rules }) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <Field
        label="Join from"
        name="join"
        type="number"
        step="0.1"
        min={-100}
        max={100}
        required
        defaultValue={rules.join / 10}
        suffix="bits"
        hint="Evidence as strong as this joins two records; each bit doubles the odds. At 100 nothing is joined by evidence alone."
      />
      <Field
        label="Ask from"
        name="suggest"
        type="number"
        step="0.1"
        min={-100}
        max={100}
        required
        defaultValue={rules.suggest / 10}
        suffix="bits"
        hint="From here on you are asked; below, records stay apart."
      />
      <Field
        label="Country of phones"
        name="region"
        pattern="[A-Za-z]{2}"
        maxLength={2}
        placeholder="DE"
        defaultValue={rules.region ?? ""}
        hint="Two letters, for numbers without a country's code."
      />
    </div>
  );
}

function FieldRules({ chosen }: { chosen: Rules["survivorship"] }) {
  const id = useId();
  return (
    <fieldset>
      <legend className="mb-2 font-medium text-sm">Which value is shown</legend>
      <div className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
        {CHOSEN_FIELDS.map((field) => (
          <div key={field} className="flex items-center justify-between gap-3 text-sm">
            <label htmlFor={`${id}-${field}`}>{inWords(field)}</label>
            <select
              id={`${id}-${field}`}
              name={`rule-${field}`}
              defaultValue={chosen[field] ?? "latest"}
              className="h-8 rounded-md border border-field bg-raised px-2 text-sm"
            >
              {RULES.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function Blocked({ emails }: { emails: readonly string[] }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        Emails that are nobody’s own
      </label>
      <textarea
        id={id}
        name="blocked"
        rows={3}
        defaultValue={emails.join("\n")}
        aria-describedby={`${id}-hint`}
        className="w-full rounded-md border border-field bg-raised px-2.5 py-2 font-mono text-sm"
      />
      <p id={`${id}-hint`} className="mt-1 text-muted text-xs">
        One a line. They never join two people.
      </p>
    </div>
  );
}

interface LearningProps {
  isLearned: boolean;
  isBusy: boolean;
  learn: () => void;
}

function Learning({ isLearned, isBusy, learn }: LearningProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium text-sm">What evidence is worth</p>
        <p className="text-muted text-xs">
          {isLearned
            ? "Learned from your records. When they have become many more, learn again."
            : "By defaults that suit most. Your own records can teach how much an equal name or phone tells."}{" "}
          What comes of it is shown before it holds.
        </p>
      </div>
      <Button busy={isBusy} onClick={learn}>
        Learn from the records …
      </Button>
    </div>
  );
}

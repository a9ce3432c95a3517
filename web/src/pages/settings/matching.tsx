import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useId } from "react";
import { answered, api } from "../../api/client";
import { rulesQuery } from "../../api/queries";
import type { Rules, RulesWish } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { Field } from "../../ui/field";
import { count, inWords } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { toasts } from "../../ui/toasts";
import { CHOSEN_FIELDS, changedRules, RULES } from "./rules";
import { Section } from "./section";

const WHILE_REWEIGHING_MS = 1_500;

/** By which rules records are joined, and which value of several is shown. */
export function Matching() {
  const rules = useQuery({
    ...rulesQuery,
    refetchInterval: ({ state }) => (state.data?.reweighing ? WHILE_REWEIGHING_MS : false),
  });
  return (
    <Section
      title="Matching"
      says="When two records are one person, and which of their values is shown. Any change can be changed back."
    >
      {rules.isPending && <Loading />}
      {rules.isError && <Failure error={rules.error} retry={rules.refetch} />}
      {rules.data?.reweighing && <Progress {...rules.data.reweighing} />}
      {rules.data && <RulesForm key={rules.data.version} rules={rules.data} />}
    </Section>
  );
}

function Progress({ done, total }: { done: number; total: number }) {
  const id = useId();
  return (
    <div className="mb-4">
      <p id={id} role="status" className="mb-1 text-muted text-sm tabular-nums">
        Settling everything by the new rules: {count(done)} of {count(total)} records
      </p>
      <progress className="bar" aria-labelledby={id} max={total || 1} value={done} />
    </div>
  );
}

function RulesForm({ rules }: { rules: Rules }) {
  const client = useQueryClient();
  const saving = useMutation({
    mutationFn: (wish: RulesWish) => answered(api.PATCH("/rules", { body: wish })),
    onSuccess: (changed) => {
      client.setQueryData(rulesQuery.queryKey, changed);
      toasts.say("The rules are changed");
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wish = changedRules(rules, new FormData(event.currentTarget));
    if (wish) saving.mutate(wish);
    else toasts.say("Nothing was changed");
  };
  return (
    <form onSubmit={submit} className="space-y-5">
      {saving.isError && <Failure error={saving.error} />}
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
          hint="Evidence as strong as this joins two records. At 100 nothing is joined by evidence alone."
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
      <Lines
        label="Emails that are nobody’s own"
        name="blocked"
        lines={rules.blocked}
        hint="One a line. They never join two people."
      />
      <fieldset>
        <legend className="mb-2 font-medium text-sm">Which value is shown</legend>
        <div className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
          {CHOSEN_FIELDS.map((field) => (
            <label key={field} className="flex items-center justify-between gap-3 text-sm">
              {inWords(field)}
              <select
                name={`rule-${field}`}
                defaultValue={rules.survivorship[field] ?? "latest"}
                className="h-8 rounded-md border border-field bg-raised px-2 text-sm"
              >
                {RULES.map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      </fieldset>
      <Lines
        label="Sources, the most trusted first"
        name="priority"
        lines={rules.priority}
        hint="One a line, as hubspot or zendesk. Used where “Most trusted source” is chosen."
      />
      <Button type="submit" look="primary" busy={saving.isPending}>
        Save the rules
      </Button>
    </form>
  );
}

interface LinesProps {
  label: string;
  name: string;
  lines: readonly string[];
  hint: string;
}

function Lines({ label, name, lines, hint }: LinesProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        rows={3}
        defaultValue={lines.join("\n")}
        aria-describedby={`${id}-hint`}
        className="w-full rounded-md border border-field bg-raised px-2.5 py-2 font-mono text-sm"
      />
      <p id={`${id}-hint`} className="mt-1 text-muted text-xs">
        {hint}
      </p>
    </div>
  );
}

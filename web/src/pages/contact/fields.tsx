import { type ReactNode, useState } from "react";
import type { ContactDetail, FieldValue, Lineage } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { counted, inWords } from "../../ui/format";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { SafeLink } from "../../ui/safe-link";
import { useAccountNames } from "./account-names";
import { AddValue } from "./add-value";
import { EditValue } from "./edit-value";
import { emptyFields, filledFields } from "./known-fields";
import { usePinning } from "./pinning";

const SHOWN_ON_PHONES = 5;

/** What is known of a person, each value with the source it was taken from. */
export function Fields({ contact }: { contact: ContactDetail }) {
  const missing = emptyFields(contact);
  const filled = filledFields(contact);
  const [isUnfolded, setUnfolded] = useState(false);
  return (
    <section aria-labelledby="fields" className="px-4 py-4 md:px-6">
      <h2 id="fields" className="mb-2 font-semibold text-sm">
        Details
      </h2>
      <dl className="divide-y">
        {filled.map((name, at) => {
          const lineage = contact.lineage[name];
          return (
            lineage && (
              <Field
                key={name}
                contact={contact}
                name={name}
                lineage={lineage}
                also={alsoOf(contact, name)}
                isFolded={!isUnfolded && at >= SHOWN_ON_PHONES}
              />
            )
          );
        })}
      </dl>
      {!isUnfolded && filled.length > SHOWN_ON_PHONES && (
        <button
          type="button"
          onClick={() => setUnfolded(true)}
          className="mt-2 mr-3 hidden h-7 items-center rounded align-top text-accent text-sm hover:underline @max-3xl:inline-flex"
        >
          Show all {filled.length}
        </button>
      )}
      {missing.length > 0 && <AddValue contact={contact} names={missing} />}
    </section>
  );
}

interface FieldProps {
  contact: ContactDetail;
  name: string;
  lineage: Lineage;
  also: readonly string[];
  /** Whether it waits on a narrow page, where what happened should be near. */
  isFolded: boolean;
}

function Field({ contact, name, lineage, also, isFolded }: FieldProps) {
  const pinning = usePinning(contact.id, name);
  const isPinned = (lineage.pin ?? null) !== null;
  const { chosen, losers = [] } = lineage;
  const others = losers.filter((loser) => loser.value !== chosen.value);
  const agreeing = losers.length - others.length;
  return (
    <div className={cx("py-2", isFolded && "@max-3xl:hidden")}>
      <dt className="flex items-center justify-between gap-2 text-muted text-xs">
        {inWords(name)}
        <EditValue contact={contact} name={name} value={chosen.value} isPinned={isPinned} />
      </dt>
      <dd className="[overflow-wrap:anywhere]">
        <Value name={name} value={chosen.value} />
        {also.map((value) => (
          <div key={value} className="text-muted text-sm">
            <Value name={name} value={value} />
          </div>
        ))}
        {isPinned && <p className="mt-0.5 text-accent text-xs">Set here by hand</p>}
        <Origin value={chosen}>
          {agreeing > 0 && ` · ${agreeing} more ${agreeing === 1 ? "agrees" : "agree"}`}
        </Origin>
        {others.length > 0 && (
          <details className="mt-1 text-sm">
            <summary className="w-fit rounded text-accent text-xs hover:underline">
              {counted(others.length, "other value")}
            </summary>
            <ul className="mt-1 space-y-1.5 border-edge border-l-2 pl-2.5">
              {others.map((other) => (
                <li key={`${other.connection_id}/${other.provider_id}`}>
                  <span className="flex items-center justify-between gap-2">
                    <Value name={name} value={other.value} />
                    <Button
                      look="quiet"
                      className="h-6"
                      busy={pinning.isPending}
                      aria-label={`Show ${other.value} instead`}
                      onClick={() => pinning.mutate(other.value)}
                    >
                      Show this
                    </Button>
                  </span>
                  <Origin value={other} />
                </li>
              ))}
              <li className="text-muted text-xs">
                {RULES[lineage.rule] ?? `Chosen by the rule “${inWords(lineage.rule)}”.`}
              </li>
            </ul>
          </details>
        )}
      </dd>
    </div>
  );
}

const RULES: Readonly<Record<string, string>> = {
  latest: "The value that was written last is shown.",
  source_priority: "The value of the source that is trusted most is shown.",
  most_frequent: "The value that most sources have is shown.",
  longest: "The longest value is shown.",
  pinned: "Somebody chose this value.",
};

function Origin({ value, children }: { value: FieldValue; children?: ReactNode }) {
  const providerOf = useProviderOf();
  const accounts = useAccountNames();
  return (
    <p className="mt-0.5 flex items-start gap-1.5 text-muted text-xs">
      <ProviderMark name={value.provider} />
      <span>
        {accounts.get(value.connection_id) ?? providerOf(value.provider).label}
        {value.updated_at && (
          <>
            {" · "}
            <Ago at={value.updated_at} />
          </>
        )}
        {children}
      </span>
    </p>
  );
}

function Value({ name, value }: { name: string; value: string }) {
  if (name === "email") return <SafeLink href={`mailto:${value}`}>{value}</SafeLink>;
  if (name === "phone") return <SafeLink href={`tel:${value}`}>{value}</SafeLink>;
  return value;
}

/** The further emails and phones of a person, beside the one shown first and those that other records have first. */
function alsoOf(contact: ContactDetail, name: string): string[] {
  const all = { email: contact.emails, phone: contact.phones }[name] ?? [];
  const lineage = contact.lineage[name];
  const told = [lineage?.chosen, ...(lineage?.losers ?? [])].map((value) => value?.value.toLowerCase());
  return all.filter((value) => !told.includes(value.toLowerCase()));
}

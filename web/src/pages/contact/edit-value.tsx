import { ArrowRight, Pencil, PinOff } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import type { Action, ContactDetail } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { Field } from "../../ui/field";
import { inWords } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { Popover } from "../../ui/popover";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { useAccountNames } from "./account-names";
import { recordKey } from "./cited";
import { usePinning } from "./pinning";
import type { WritePlace } from "./write-places";
import { refusalOf, useWritePlaces, useWriting } from "./writing";

interface EditValueProps {
  contact: ContactDetail;
  name: string;
  value: string;
  isPinned: boolean;
}

/** Say what a contact shall show: here alone, or where one of its records lives. */
export function EditValue(props: EditValueProps) {
  const label = `Change ${inWords(props.name).toLowerCase()}`;
  return (
    <Popover
      button={<Pencil aria-hidden="true" className="size-3.5" />}
      label={label}
      width={336}
      className="grid size-6 shrink-0 place-items-center rounded text-muted hover:bg-hover hover:text-ink"
      panelClassName="p-3!"
    >
      {(close) => <ValueForm {...props} close={close} />}
    </Popover>
  );
}

const HERE = "here";

/** What a field shall say, and where. */
export function ValueForm({ contact, name, value, isPinned, close }: EditValueProps & { close: () => void }) {
  const pinning = usePinning(contact.id, name, close);
  const writing = useWriting(contact.id, name);
  const places = useWritePlaces(contact, name);
  const [typed, setTyped] = useState(value);
  const [chosen, setChosen] = useState(HERE);
  const [found, setFound] = useState<WritePlace["before"]>();
  const place = places.find((one) => recordKey(one.source) === chosen);
  const wanted = typed.trim();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (wanted === "") return;
    if (!place) return wanted === value ? close() : pinning.mutate(wanted);
    // After a conflict one has seen what is there now, and may write over that.
    const seen = found === undefined ? place : { ...place, before: found };
    writing.mutate(
      { place: seen, value: wanted },
      {
        onSuccess: (action) => {
          if (action.state === "conflict") setFound(action.conflicts?.fields?.[name]?.found ?? null);
          else if (action.state !== "failed") close();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      <Field
        label={inWords(name)}
        name="value"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        hint={wanted === "" && value !== "" && "A value can be replaced here, not emptied."}
        data-first
      />
      <Places
        places={places}
        field={name}
        chosen={chosen}
        choose={(key) => {
          setChosen(key);
          setFound(undefined);
          writing.reset();
        }}
        found={found}
        typed={wanted}
      />
      <Refused action={writing.data} />
      {writing.isError && <Failure error={writing.error} />}
      <div className="flex justify-end gap-2">
        {isPinned && (
          <Button look="quiet" busy={pinning.isPending} onClick={() => pinning.mutate(null)}>
            <PinOff aria-hidden="true" className="size-3.5" />
            Follow the sources
          </Button>
        )}
        <Button
          type="submit"
          look="primary"
          disabled={wanted === ""}
          busy={pinning.isPending || writing.isPending}
        >
          {place ? "Write it there" : "Set"}
        </Button>
      </div>
    </form>
  );
}

interface PlacesProps {
  places: readonly WritePlace[];
  field: string;
  chosen: string;
  choose: (key: string) => void;
  found: string | null | undefined;
  typed: string;
}

function Places({ places, field, chosen, choose, found, typed }: PlacesProps) {
  const accounts = useAccountNames();
  const providerOf = useProviderOf();
  return (
    <fieldset className="space-y-1.5 text-sm">
      <legend className="mb-1 font-medium">Where</legend>
      <label className="flex items-start gap-2">
        <input
          type="radio"
          name="place"
          checked={chosen === HERE}
          onChange={() => choose(HERE)}
          className="mt-1"
        />
        <span>
          Here only
          <span className="block text-muted text-xs">
            Shown whatever the sources say. Nothing is written back to them.
          </span>
        </span>
      </label>
      {places.map((place) => {
        const { source } = place;
        const isChosen = chosen === recordKey(source);
        return (
          <label key={recordKey(source)} className="flex items-start gap-2">
            <input
              type="radio"
              name="place"
              checked={isChosen}
              onChange={() => choose(recordKey(source))}
              className="mt-1"
            />
            <span className="min-w-0 flex-1">
              <span className="flex items-center gap-1.5">
                <ProviderMark name={source.provider} />
                <span className="truncate">
                  {accounts.get(source.connection_id) ?? providerOf(source.provider).label}{" "}
                  <span className="text-muted text-xs">{source.provider_id}</span>
                </span>
              </span>
              {isChosen && (
                <Change
                  label={inWords(field)}
                  before={found === undefined ? place.before : found}
                  after={typed}
                />
              )}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Change({ label, before, after }: { label: string; before: string | null; after: string }) {
  return (
    <span className="mt-0.5 flex flex-wrap items-center gap-1.5 text-xs [overflow-wrap:anywhere]">
      <span className="sr-only">{label}:</span>
      <del className="text-muted">{before ?? "empty"}</del>
      <ArrowRight aria-hidden="true" className="size-3 text-muted" />
      <span className="sr-only">becomes</span>
      <ins className="font-medium no-underline">{after || "empty"}</ins>
    </span>
  );
}

/** Why it was not written. */
function Refused({ action }: { action: Action | undefined }) {
  const refusal = action && refusalOf(action);
  return refusal && <Notice tone={action.state === "conflict" ? "warn" : "bad"}>{refusal}</Notice>;
}

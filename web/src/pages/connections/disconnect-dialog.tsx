import { type SubmitEvent, useState } from "react";
import type { Connection } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { useProviderOf } from "../../ui/providers";
import { useRemoving } from "./use-connection";

type Data = "keep" | "erase";

/** The last question before an account goes: what of its records? */
export function DisconnectDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const [data, setData] = useState<Data>("keep");
  const leaving = useRemoving(connection, onClose);
  const { label, isFile } = useProviderOf()(connection.provider);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    leaving.mutate(data);
  };
  return (
    <Dialog title={`Disconnect ${connection.account_name}?`} onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        <p className="text-muted text-sm">{whatEnds(label, isFile === true, Boolean(connection.ends_at))}</p>
        <fieldset className="space-y-2">
          <legend className="mb-2 font-medium text-sm">What we have read from it</legend>
          <Choice data="keep" chosen={data} choose={setData} title="Keep the records">
            Contacts stay as they are. Connect the account again, and they go on being updated.
          </Choice>
          <Choice data="erase" chosen={data} choose={setData} title="Erase the records">
            They go for good, and so do contacts that came from nowhere else.
          </Choice>
        </fieldset>
        {leaving.isError && <Failure error={leaving.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look={data === "erase" ? "danger" : "primary"} busy={leaving.isPending}>
            {data === "erase" ? "Disconnect and erase" : "Disconnect"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ChoiceProps {
  data: Data;
  chosen: Data;
  choose: (data: Data) => void;
  title: string;
  children: string;
}

function Choice({ data, chosen, choose, title, children }: ChoiceProps) {
  return (
    <label className="flex gap-3 rounded-lg border p-3 has-checked:border-accent has-checked:bg-info-soft">
      <input
        type="radio"
        name="data"
        value={data}
        checked={chosen === data}
        onChange={() => choose(data)}
        className="mt-0.5 accent-accent"
      />
      <span>
        <span className="block font-medium text-sm">{title}</span>
        <span className="block text-muted text-xs">{children}</span>
      </span>
    </label>
  );
}

/** Say what becomes of the way in; a token that a person handed over is theirs to delete. */
function whatEnds(label: string, isFile: boolean, isToken: boolean): string {
  if (isFile) return "The file goes from this list. Its content was let go of when it had been read.";
  return isToken
    ? `Syncing ends, and the token is wiped here. It stays good at ${label}, where only you can delete it.`
    : `Our access to ${label} is given back, and syncing ends. Nothing is changed there.`;
}

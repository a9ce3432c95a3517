import type { FormEvent } from "react";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { Field } from "../../../ui/field";
import { textIn } from "../../../ui/form-text";

interface NameDialogProps {
  title: string;
  hint?: string;
  name: string;
  saving: { isPending: boolean; isError: boolean; error: unknown };
  onName: (name: string) => void;
  onClose: () => void;
}

/** Ask what a view is to be called. */
export function NameDialog({ title, hint, name, saving, onName, onClose }: NameDialogProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const said = textIn(new FormData(event.currentTarget), "name").trim();
    if (said) onName(said);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className="space-y-3">
        <Field label="Name" name="name" defaultValue={name} maxLength={100} required autoFocus hint={hint} />
        {saving.isError && <Failure error={saving.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={saving.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";
import { connectionsQuery } from "../../../api/connections";
import { Problem, wordsOf } from "../../../api/problem";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { Field } from "../../../ui/field";
import { size } from "../../../ui/format";
import { Loading } from "../../../ui/loading";
import { Notice } from "../../../ui/notice";
import type { FileKind } from "./kinds";
import type { Mapping } from "./mapping";
import { MappingTable } from "./mapping-table";
import { PreviewedContacts } from "./previewed-contacts";
import { type Said, usePreview, useUpload } from "./use-upload";

interface UploadDialogProps {
  kind: FileKind;
  file: File;
  onClose: () => void;
}

/** A look at what a file would become, what its columns mean, and the way in. */
export function UploadDialog({ kind, file, onClose }: UploadDialogProps) {
  const navigate = useNavigate();
  const [said, setSaid] = useState<Said>({ mapping: null, key: null });
  const [name, setName] = useState(file.name);
  const preview = usePreview(kind, file, said);
  const { upload, sent } = useUpload(kind, async ({ connection_id }) => {
    onClose();
    await navigate({ to: "/connections", search: { connected: connection_id } });
  });
  const shown = preview.data;
  const columns = shown?.columns ?? [];
  const mapping: Mapping = said.mapping ?? shown?.mapping ?? {};
  const wrong = preview.error instanceof Problem ? preview.error.fields : {};
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    upload.mutate({ file, name: name.trim(), said });
  };
  return (
    <Dialog title={`What ${file.name} would become`} wide onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        {preview.isError && !shown && <Failure error={preview.error} />}
        {preview.isPending && <Loading />}
        {shown && (
          <>
            <p className="text-muted text-xs">
              {size(file.size)}
              {columns.length > 0 &&
                ` · ${shown.encoding} · columns parted by ${spoken(shown.delimiter ?? "")} · ${shown.has_header ? "the first line names them" : "no line names them"}`}
            </p>
            {preview.isError && <Notice tone="bad">{wordsOf(preview.error)}</Notice>}
            {columns.length > 0 && (
              <MappingTable
                rows={shown.rows}
                columns={columns}
                mapping={mapping}
                wrong={wrong}
                choose={(next) => setSaid({ ...said, mapping: next })}
              />
            )}
            <Problems problems={shown.problems} />
            <PreviewedContacts contacts={shown.contacts} isOld={preview.isPlaceholderData} />
            <div className="grid gap-4 sm:grid-cols-2">
              {columns.length > 0 && (
                <KeyChoice columns={columns} said={said} choose={(key) => setSaid({ ...said, key })} />
              )}
              <div>
                <Field
                  label="Name"
                  value={name}
                  required
                  maxLength={200}
                  onChange={(event) => setName(event.currentTarget.value)}
                  hint="Another version under the same name takes this one's place."
                />
                <Replaces kind={kind} name={name.trim()} />
              </div>
            </div>
          </>
        )}
        {upload.isError && <Failure error={upload.error} />}
        {upload.isPending && (
          <div className="space-y-1">
            <progress className="bar" aria-label="Sending the file" max={1} value={sent} />
            <p className="text-muted text-xs tabular-nums">
              {sent < 1
                ? `${size(Math.round(sent * file.size))} of ${size(file.size)} sent`
                : "Sent; it is being taken in …"}
            </p>
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={upload.isPending} disabled={!shown || preview.isError}>
            Read the file
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const DELIMITERS: Readonly<Record<string, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "bars",
};

function spoken(delimiter: string): string {
  return DELIMITERS[delimiter] ?? delimiter;
}

function Problems({ problems }: { problems: readonly { line: number | null; reason: string }[] }) {
  if (problems.length === 0) return null;
  return (
    <Notice tone="warn">
      <ul className="max-h-32 space-y-0.5 overflow-auto">
        {problems.map(({ line, reason }) => (
          <li key={`${line} ${reason}`}>
            {line !== null && `Line ${line}: `}
            {reason}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

interface KeyChoiceProps {
  columns: readonly string[];
  said: Said;
  choose: (key: string | null) => void;
}

function KeyChoice({ columns, said, choose }: KeyChoiceProps) {
  return (
    <label className="block">
      <span className="mb-1 block font-medium text-sm">What names a row</span>
      <select
        value={said.key ?? ""}
        onChange={(event) => choose(event.currentTarget.value || null)}
        className="h-9 w-full rounded-md border border-field bg-raised px-2 text-base"
      >
        <option value="">All that it says</option>
        {columns.map((column) => (
          <option key={column}>{column}</option>
        ))}
      </select>
      <span className="mt-1 block text-muted text-xs">
        With a column such as a customer number, a later version of the file updates its people.
      </span>
    </label>
  );
}

/** Say that a file of this name is here already. */
function Replaces({ kind, name }: { kind: FileKind; name: string }) {
  const connections = useQuery(connectionsQuery);
  const known = connections.data?.some((one) => one.provider === kind.provider && one.account_name === name);
  if (!known) return null;
  return (
    <p role="status" className="mt-1 text-warn text-xs">
      It takes the place of the {name} that is here: who is in it no more goes.
    </p>
  );
}

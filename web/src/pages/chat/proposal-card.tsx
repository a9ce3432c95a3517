import { useQuery } from "@tanstack/react-query";
import { getToolName } from "ai";
import { ArrowRight, Check, X } from "lucide-react";
import { useState } from "react";
import { contactQuery } from "../../api/queries";
import { Button } from "../../ui/button";
import { inWords, nameOf } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { changesOf, contactIdOf, type ToolPart, toolWords } from "./parts";

export type Decide = (decision: { id: string; approved: boolean; reason?: string }) => unknown;

/** What the assistant wants to do, with before and after: nothing happens until a person says yes. */
export function ProposalCard({ call, decide }: { call: ToolPart; decide: Decide }) {
  const contactId = contactIdOf(call.input);
  const contact = useQuery({ ...contactQuery(contactId ?? ""), enabled: contactId !== undefined });
  const fields = contact.data?.fields ?? {};
  const changes = changesOf(call.input, fields);
  const title = call.title ?? toolWords(getToolName(call));
  return (
    <section
      aria-label={`Proposal: ${title}`}
      className="my-2 rounded-xl border border-edge bg-raised shadow-xs"
    >
      <header className="border-b px-3 py-2">
        <p className="text-muted text-xs">Proposal</p>
        <h3 className="font-semibold text-sm">
          {title}
          {contact.data && <span className="font-normal text-muted"> · {nameOf({ ...fields })}</span>}
        </h3>
      </header>
      <dl className="divide-y px-3">
        {changes.map(({ field, before, after }) => (
          <div key={field} className="py-2">
            <dt className="text-muted text-xs">{inWords(toolWords(field))}</dt>
            <dd className="flex flex-wrap items-center gap-1.5 text-sm [overflow-wrap:anywhere]">
              {before !== undefined && before !== after && (
                <>
                  <del className="text-muted">{before}</del>
                  <ArrowRight aria-hidden="true" className="size-3.5 text-muted" />
                </>
              )}
              <ins className="whitespace-pre-wrap font-medium no-underline">{after}</ins>
            </dd>
          </div>
        ))}
      </dl>
      <footer className="border-t px-3 py-2">
        <Standing call={call} decide={decide} />
      </footer>
    </section>
  );
}

function Standing({ call, decide }: { call: ToolPart; decide: Decide }) {
  switch (call.state) {
    case "approval-requested":
      return <Decision id={call.approval.id} decide={decide} />;
    case "approval-responded":
      return <p className="text-muted text-sm">{call.approval.approved ? "Being done …" : "Refused"}</p>;
    case "output-available":
      return (
        <p className="flex items-center gap-1.5 text-good text-sm">
          <Check aria-hidden="true" className="size-4" /> Approved and done
        </p>
      );
    case "output-error":
      return <Notice tone="bad">{call.errorText}</Notice>;
    case "output-denied":
      return <p className="text-muted text-sm">Refused; nothing was done</p>;
    default:
      return <p className="text-muted text-sm">Being written …</p>;
  }
}

function Decision({ id, decide }: { id: string; decide: Decide }) {
  const [isRefusing, setRefusing] = useState(false);
  const [reason, setReason] = useState("");
  if (isRefusing) {
    const refuse = () => decide({ id, approved: false, ...(reason.trim() ? { reason: reason.trim() } : {}) });
    return (
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          refuse();
        }}
      >
        <input
          // biome-ignore lint/a11y/noAutofocus: it was just asked for
          autoFocus
          aria-label="Why not, if you like to say"
          placeholder="Why not, if you like to say"
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
          className="h-8 min-w-0 flex-1 rounded-md border border-field bg-raised px-2 text-sm placeholder:text-muted"
        />
        <Button type="submit">Refuse</Button>
      </form>
    );
  }
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={() => setRefusing(true)}>
        <X aria-hidden="true" className="size-3.5" />
        Refuse
      </Button>
      <Button look="primary" onClick={() => decide({ id, approved: true })}>
        <Check aria-hidden="true" className="size-3.5" />
        Approve
      </Button>
    </div>
  );
}

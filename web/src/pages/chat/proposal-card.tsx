import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { getToolName } from "ai";
import { Check } from "lucide-react";
import { useState } from "react";
import { decidedProposalQuery, proposalQuery } from "../../api/assistant";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import { useDeciding } from "./deciding";
import { Decision } from "./decision";
import { DoneSteps } from "./done-steps";
import { EditForm } from "./edit-form";
import { editablesOf } from "./editing";
import { type Plan, type ToolPart, toolWords } from "./parts";
import { PlanSteps } from "./plan-steps";
import { UnderWay } from "./under-way";
import { areUndone, type DoneStep, stepsOf, useStandings } from "./undo";

export type Decide = (decision: { id: string; approved: boolean; reason?: string }) => unknown;

interface ProposalCardProps {
  call: ToolPart;
  plan: Plan | undefined;
  decide: Decide;
}

/** What the assistant wants to do, with before and after: nothing happens until a person says yes. */
export function ProposalCard({ call, plan, decide }: ProposalCardProps) {
  const title = plan?.title ?? call.title ?? toolWords(getToolName(call));
  return (
    <section
      aria-label={`Proposal: ${title}`}
      className="my-2 rounded-xl border border-edge bg-raised shadow-xs"
    >
      <header className="flex items-baseline gap-2 border-b px-3 py-2">
        <div className="min-w-0 flex-1">
          <p className="text-muted text-xs">Proposal</p>
          <h3 className="font-semibold text-sm [overflow-wrap:anywhere]">{title}</h3>
        </div>
        {plan?.contactId && (
          <Link
            to="/contacts/$contactId"
            params={{ contactId: plan.contactId }}
            className="shrink-0 text-accent text-xs hover:underline"
          >
            Open the contact
          </Link>
        )}
      </header>
      {plan && <Planned call={call} plan={plan} decide={decide} />}
      {!plan && (
        <footer className="border-t px-3 py-2">
          <Standing call={call} decide={decide} />
        </footer>
      )}
    </section>
  );
}

/** What it would do, or did, and what is to be said to it. */
function Planned({ call, plan, decide }: { call: ToolPart; plan: Plan; decide: Decide }) {
  const [isEditing, setEditing] = useState(false);
  const isDone = call.state === "output-available";
  // It may have been edited before it was carried out.
  const done = useQuery({ ...decidedProposalQuery(plan.proposalId), enabled: isDone });
  if (isEditing && call.state === "approval-requested") {
    return <Editing call={call} plan={plan} cancel={() => setEditing(false)} />;
  }
  const edit = editablesOf(call.input).length > 0 ? () => setEditing(true) : undefined;
  return (
    <>
      <div className="px-3">
        <PlanSteps steps={done.data?.steps ?? plan.steps} />
      </div>
      <footer className="border-t px-3 py-2">
        <Standing call={call} decide={decide} edit={edit} />
      </footer>
    </>
  );
}

interface EditingProps {
  call: ToolPart;
  plan: Plan;
  cancel: () => void;
}

function Editing({ call, plan, cancel }: EditingProps) {
  const deciding = useDeciding(plan.proposalId);
  return (
    <div className="px-3">
      <EditForm
        input={{ ...(call.input as object) }}
        steps={plan.steps}
        busy={deciding.isPending}
        approve={(input) => deciding.mutate({ approved: true, input })}
        cancel={cancel}
      />
      {deciding.isError && <Failure error={deciding.error} />}
    </div>
  );
}

interface StandingProps {
  call: ToolPart;
  decide: Decide;
  edit?: (() => void) | undefined;
}

function Standing({ call, decide, edit }: StandingProps) {
  switch (call.state) {
    case "approval-requested":
      return <Asked id={call.approval.id} decide={decide} edit={edit} />;
    case "approval-responded":
      return <p className="text-muted text-sm">{call.approval.approved ? "Being done …" : "Refused"}</p>;
    case "output-available":
      return <Carried steps={stepsOf(call.output)} />;
    case "output-error":
      return <Notice tone="bad">{call.errorText}</Notice>;
    case "output-denied":
      return <p className="text-muted text-sm">Refused; nothing was done</p>;
    default:
      return <p className="text-muted text-sm">Being written …</p>;
  }
}

interface AskedProps extends Pick<StandingProps, "decide" | "edit"> {
  id: string;
}

/** A question that may have been answered meanwhile, beside the conversation, or longer ago than an answer waits. */
function Asked({ id, decide, edit }: AskedProps) {
  const { data: proposal } = useQuery(proposalQuery(id));
  const deciding = useDeciding(id);
  if (proposal?.state === "running") {
    return (
      <>
        <UnderWay
          proposal={proposal}
          findOut={() => deciding.mutate({ approved: true })}
          busy={deciding.isPending}
        />
        {deciding.isError && <Failure error={deciding.error} />}
      </>
    );
  }
  return (
    <Decision
      approve={() => decide({ id, approved: true })}
      refuse={(reason) => decide({ id, approved: false, ...(reason ? { reason } : {}) })}
      edit={edit}
    />
  );
}

function Carried({ steps }: { steps: readonly DoneStep[] }) {
  const isUndone = areUndone(steps, useStandings(steps));
  return (
    <>
      {isUndone ? (
        <p className="mb-1 text-muted text-sm">Approved and done, then undone</p>
      ) : (
        <p className="mb-1 flex items-center gap-1.5 text-good text-sm">
          <Check aria-hidden="true" className="size-4" /> Approved and done
        </p>
      )}
      <DoneSteps steps={steps} />
    </>
  );
}

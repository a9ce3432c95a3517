import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Proposal } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Failure } from "../../ui/failure";
import { StatePill } from "../../ui/state-pill";
import { useDeciding } from "../chat/deciding";
import { Decision } from "../chat/decision";
import { DoneSteps } from "../chat/done-steps";
import { EditForm } from "../chat/edit-form";
import { editablesOf } from "../chat/editing";
import { PlanSteps } from "../chat/plan-steps";
import { UnderWay } from "../chat/under-way";
import { areUndone, stepsOf, useStandings } from "../chat/undo";
import { standingOf } from "./standing";

/** A proposal, to be decided on or as it was. */
export function ProposalEntry({ proposal }: { proposal: Proposal }) {
  const [isEditing, setEditing] = useState(false);
  const deciding = useDeciding(proposal.id);
  const canEdit = editablesOf(proposal.input).length > 0;
  const steps = stepsOf(proposal.outcome);
  const isUndone = areUndone(steps, useStandings(steps));
  return (
    <li className="rounded-xl border bg-raised px-4 py-2 shadow-xs">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1">
        <h2 className="min-w-0 flex-1 font-semibold text-sm [overflow-wrap:anywhere]">{proposal.title}</h2>
        <StatePill standing={standingOf(proposal.state, steps, isUndone)} />
      </header>
      <p className="flex flex-wrap gap-x-2 text-muted text-xs">
        <Ago at={proposal.created_at} />
        {proposal.via === "mcp" && <span>by a program</span>}
        {proposal.state === "open" && (
          <span>
            expires <Ago at={proposal.expires_at} />
          </span>
        )}
        {proposal.contact_id && (
          <Link
            to="/contacts/$contactId"
            params={{ contactId: proposal.contact_id }}
            className="text-accent hover:underline"
          >
            Open the contact
          </Link>
        )}
      </p>
      {isEditing && proposal.state === "open" ? (
        <EditForm
          input={proposal.input}
          steps={proposal.steps}
          busy={deciding.isPending}
          approve={(input) => deciding.mutate({ approved: true, input })}
          cancel={() => setEditing(false)}
        />
      ) : (
        <PlanSteps steps={proposal.steps} />
      )}
      {proposal.reason && (
        <p className="border-t py-2 text-muted text-sm [overflow-wrap:anywhere]">
          Because: {proposal.reason}
        </p>
      )}
      {steps.length > 0 && (
        <div className="border-t py-2">
          <DoneSteps steps={steps} />
        </div>
      )}
      {proposal.state === "open" && !isEditing && (
        <div className="border-t py-2">
          <Decision
            busy={deciding.isPending}
            approve={() => deciding.mutate({ approved: true })}
            refuse={(reason) => deciding.mutate({ approved: false, reason })}
            edit={canEdit ? () => setEditing(true) : undefined}
          />
        </div>
      )}
      {proposal.state === "running" && (
        <div className="border-t py-2">
          <UnderWay
            proposal={proposal}
            findOut={() => deciding.mutate({ approved: true })}
            busy={deciding.isPending}
          />
        </div>
      )}
      {deciding.isError && <Failure error={deciding.error} />}
    </li>
  );
}

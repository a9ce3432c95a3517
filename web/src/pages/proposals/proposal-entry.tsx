import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answered, api } from "../../api/client";
import { proposalsKey, threadKey } from "../../api/queries";
import type { Proposal } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Failure } from "../../ui/failure";
import { Decision } from "../chat/decision";
import { DoneSteps } from "../chat/done-steps";
import { PlanSteps } from "../chat/plan-steps";
import { stepsOf } from "../chat/undo";
import { StatePill } from "../connections/state-pill";

const STANDINGS = {
  open: { tone: "info", words: "Waits for you" },
  running: { tone: "info", words: "Being done" },
  done: { tone: "good", words: "Done" },
  failed: { tone: "bad", words: "Not all was done" },
  refused: { tone: "warn", words: "Refused" },
  expired: { tone: "warn", words: "Expired" },
} as const;

/** A proposal, to be decided on or as it was. */
export function ProposalEntry({ proposal }: { proposal: Proposal }) {
  const client = useQueryClient();
  const deciding = useMutation({
    mutationFn: (decision: { approved: boolean; reason?: string | undefined }) =>
      decided(proposal.id, decision),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: proposalsKey }),
        proposal.chat_id && client.invalidateQueries({ queryKey: threadKey(proposal.chat_id) }),
      ]),
  });
  const steps = stepsOf(proposal.outcome);
  return (
    <li className="rounded-xl border bg-raised px-4 py-2 shadow-xs">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1">
        <h2 className="min-w-0 flex-1 font-semibold text-sm [overflow-wrap:anywhere]">{proposal.title}</h2>
        <StatePill standing={STANDINGS[proposal.state]} />
      </header>
      <p className="flex flex-wrap gap-x-2 text-muted text-xs">
        <Ago at={proposal.created_at} />
        {proposal.via === "mcp" && <span>by a program</span>}
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
      <PlanSteps steps={proposal.steps} />
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
      {proposal.state === "open" && (
        <div className="border-t py-2">
          <Decision
            busy={deciding.isPending}
            approve={() => deciding.mutate({ approved: true })}
            refuse={(reason) => deciding.mutate({ approved: false, reason })}
          />
        </div>
      )}
      {deciding.isError && <Failure error={deciding.error} />}
    </li>
  );
}

function decided(
  proposal_id: string,
  { approved, reason }: { approved: boolean; reason?: string | undefined },
): Promise<Proposal> {
  const params = { path: { proposal_id } };
  if (approved) return answered(api.POST("/proposals/{proposal_id}/approve", { params, body: {} }));
  return answered(api.POST("/proposals/{proposal_id}/refuse", { params, body: { reason: reason ?? null } }));
}

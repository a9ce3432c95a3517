import { useMutation, useQueryClient } from "@tanstack/react-query";
import { everyThreadKey, proposalsKey } from "../../api/assistant";
import { answered, api } from "../../api/client";
import type { Proposal } from "../../api/types";

interface Verdict {
  approved: boolean;
  reason?: string | undefined;
  /** What the proposal was made from, as a person edited it. */
  input?: Readonly<Record<string, unknown>> | undefined;
}

/** Decide on a proposal beside its conversation, which then is looked at anew. */
export function useDeciding(proposalId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (verdict: Verdict) => decide(proposalId, verdict),
    // What a refused edit says stays in sight: its conversation begins anew only with what came of it.
    onSuccess: () => client.invalidateQueries({ queryKey: everyThreadKey }),
    onSettled: () => client.invalidateQueries({ queryKey: proposalsKey }),
  });
}

function decide(proposal_id: string, { approved, reason, input }: Verdict): Promise<Proposal> {
  const params = { path: { proposal_id } };
  if (approved) {
    return answered(
      api.POST("/proposals/{proposal_id}/approve", { params, body: input ? { input: { ...input } } : {} }),
    );
  }
  return answered(api.POST("/proposals/{proposal_id}/refuse", { params, body: { reason: reason ?? null } }));
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import { useState } from "react";
import { proposalsQuery } from "../../api/assistant";
import type { Proposal } from "../../api/types";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { Select } from "../../ui/select";
import { ShowEarlier } from "../../ui/show-earlier";
import { useTitle } from "../../ui/use-title";
import { ProposalEntry } from "./proposal-entry";

type Shown = Proposal["state"] | "";

const STATES: readonly { value: Shown; label: string }[] = [
  { value: "", label: "All" },
  { value: "open", label: "Open" },
  { value: "running", label: "Being done" },
  { value: "done", label: "Done" },
  { value: "failed", label: "Not done" },
  { value: "refused", label: "Refused" },
  { value: "expired", label: "Expired" },
];

/** What the assistant, or this person's programs, proposed, and what came of it. */
export function ProposalsPage() {
  useTitle("Proposals");
  const [state, setState] = useState<Shown>("");
  return (
    <div className="mx-auto max-w-3xl px-4 py-5 md:px-6">
      <header className="mb-5 flex flex-wrap items-end gap-3">
        <h1 className="mr-auto font-semibold text-xl tracking-tight">Proposals</h1>
        <Select label="Show" options={STATES} value={state} onChoose={setState} />
      </header>
      <Entries state={state || undefined} />
    </div>
  );
}

function Entries({ state }: { state: Proposal["state"] | undefined }) {
  const list = useInfiniteQuery(proposalsQuery(state));
  const proposals = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Loading />;
  if (list.isError && proposals.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (proposals.length === 0) {
    return (
      <EmptyState icon={ListChecks} title={state ? "None of these" : "Nothing was proposed yet"}>
        What the assistant or a program of yours would change waits here until you approve or refuse it.
      </EmptyState>
    );
  }
  return (
    <>
      <ol className="space-y-3">
        {proposals.map((proposal) => (
          <ProposalEntry key={proposal.id} proposal={proposal} />
        ))}
      </ol>
      {list.isFetchNextPageError && <Failure error={list.error} />}
      <ShowEarlier list={list} />
    </>
  );
}

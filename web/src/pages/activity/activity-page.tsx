import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { History, Undo2 } from "lucide-react";
import { useState } from "react";
import { type ActivityFilter, activityQuery } from "../../api/queries";
import type { Activity } from "../../api/types";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { nameOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { Select } from "../../ui/select";
import { ShowEarlier } from "../../ui/show-earlier";
import { useTitle } from "../../ui/use-title";
import { Entry } from "../past/entry";
import { UndoJoinsDialog } from "./undo-joins-dialog";

const ACTORS = [
  { value: "", label: "Everybody" },
  { value: "people", label: "People" },
  { value: "rules", label: "The rules" },
] as const;

const KINDS = [
  { value: "", label: "Everything" },
  { value: "joined", label: "Joined" },
  { value: "parted", label: "Parted" },
  { value: "decided", label: "Decisions" },
  { value: "pinned", label: "Values set" },
  { value: "unpinned", label: "Values let go" },
] as const;

/** What happened to the contacts of the whole workspace, each with its way back. */
export function ActivityPage() {
  useTitle("Activity");
  const [filter, setFilter] = useState<ActivityFilter>({});
  const [isUndoing, setUndoing] = useState(false);
  return (
    <div className="mx-auto max-w-3xl px-4 py-5 md:px-6">
      <header className="mb-5 flex flex-wrap items-end gap-3">
        <h1 className="mr-auto font-semibold text-xl tracking-tight">Activity</h1>
        <Select
          label="By"
          options={ACTORS}
          value={filter.actor ?? ""}
          onChoose={(actor) => setFilter({ ...filter, actor: actor || undefined })}
        />
        <Select
          label="What"
          options={KINDS}
          value={filter.kind ?? ""}
          onChoose={(kind) => setFilter({ ...filter, kind: kind || undefined })}
        />
        <Button onClick={() => setUndoing(true)}>
          <Undo2 aria-hidden="true" className="size-3.5" />
          Undo joins since …
        </Button>
      </header>
      <Entries filter={filter} />
      {isUndoing && <UndoJoinsDialog onClose={() => setUndoing(false)} />}
    </div>
  );
}

function Entries({ filter }: { filter: ActivityFilter }) {
  const list = useInfiniteQuery(activityQuery(filter));
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Loading />;
  if (list.isError && entries.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (entries.length === 0) {
    return (
      <EmptyState icon={History} title="Nothing happened yet">
        Records that join or part, and what people say about them, appear here, each with a way back.
      </EmptyState>
    );
  }
  return (
    <>
      <ol>
        {entries.map((entry) => (
          <Entry key={entry.number} entry={entry} about={<About entry={entry} />} />
        ))}
      </ol>
      <ShowEarlier list={list} />
    </>
  );
}

function About({ entry: { contact } }: { entry: Activity }) {
  if (!contact) return <p className="text-muted text-sm">A contact that is no longer here</p>;
  return (
    <Link
      to="/contacts/$contactId"
      params={{ contactId: contact.id }}
      className="text-accent text-sm hover:underline [overflow-wrap:anywhere]"
    >
      {nameOf(contact)}
    </Link>
  );
}

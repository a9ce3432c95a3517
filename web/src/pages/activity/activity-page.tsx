import { Link } from "@tanstack/react-router";
import { History, Undo2 } from "lucide-react";
import { useState } from "react";
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
import { SyncStep, WritingStep } from "./steps";
import { UndoJoinsDialog } from "./undo-joins-dialog";
import { type Happening, useActivity, type Wanted } from "./use-activity";

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
  { value: "syncs", label: "Syncs" },
  { value: "writing", label: "Written back" },
] as const;

/** What happened in the whole workspace: to its contacts, at its accounts, each with its way back. */
export function ActivityPage() {
  useTitle("Activity");
  const [filter, setFilter] = useState<Wanted>({});
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
      <Entries wanted={filter} />
      {isUndoing && <UndoJoinsDialog onClose={() => setUndoing(false)} />}
    </div>
  );
}

function Entries({ wanted }: { wanted: Wanted }) {
  const { items, isPending, failed, earlier } = useActivity(wanted);
  if (isPending) return <Loading />;
  if (failed && items.length === 0) return <Failure error={failed.error} retry={failed.refetch} />;
  if (items.length === 0) {
    return (
      <EmptyState icon={History} title="Nothing happened yet">
        What is read and written, records that join or part, and what people say about them appear here, each
        with a way back.
      </EmptyState>
    );
  }
  return (
    <>
      <ol>
        {items.map((happening) => (
          <Happened key={keyOf(happening)} happening={happening} />
        ))}
      </ol>
      {failed && <Failure error={failed.error} retry={failed.refetch} />}
      <ShowEarlier list={earlier} />
    </>
  );
}

function Happened({ happening }: { happening: Happening }) {
  switch (happening.of) {
    case "history":
      return <Entry entry={happening.entry} about={<About entry={happening.entry} />} />;
    case "sync":
      return <SyncStep run={happening.run} />;
    case "writing":
      return <WritingStep action={happening.action} />;
  }
}

function keyOf(happening: Happening): string {
  switch (happening.of) {
    case "history":
      return `history/${happening.entry.number}`;
    case "sync":
      return happening.run.id;
    case "writing":
      return happening.action.id;
  }
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

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { coverageQuery, syncsKey } from "../../api/queries";
import type { Connection, StreamCoverage, Sync } from "../../api/types";
import { isUnderWay } from "../../live/progress";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { count, inWords } from "../../ui/format";
import { differenceOf } from "./difference";

interface CoverageProps {
  connection: Connection;
  latest: Sync | undefined;
}

/** Whether all is here that the provider counts, and the way to read everything again. */
export function Coverage({ connection, latest }: CoverageProps) {
  const client = useQueryClient();
  const coverage = useQuery(
    coverageQuery(connection.id, latest?.mode === "incremental" ? undefined : latest),
  );
  const again = useMutation({
    mutationFn: () => {
      const params = { path: { connection_id: connection.id }, query: { mode: "full" as const } };
      return answered(api.POST("/connections/{connection_id}/sync", { params }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: syncsKey(connection.id) }),
  });
  if (!coverage.data?.counted_at) return null;
  const { items, counted_at } = coverage.data;
  return (
    <details>
      <summary className="w-fit rounded text-muted text-xs hover:text-ink">
        {allHere(items) ? "All is here that they count" : "Counts beside theirs"}
      </summary>
      <ul className="mt-2 space-y-1 text-sm tabular-nums">
        {items.map((stream) => (
          <li key={stream.stream}>
            {inWords(stream.stream)}: {count(stream.ours)} here
            {stream.theirs == null ? "; they tell no count" : `, ${count(stream.theirs)} there`}
            {differenceOf(stream).map((words) => ` · ${words}`)}
          </li>
        ))}
      </ul>
      <p className="mt-2 flex flex-wrap items-center gap-2 text-muted text-xs">
        Counted <Ago at={counted_at} /> when everything was read.
        {connection.state === "active" && (
          <Button
            look="quiet"
            busy={again.isPending}
            disabled={latest !== undefined && isUnderWay(latest) && latest.mode !== "incremental"}
            onClick={() => again.mutate()}
          >
            Read everything again
          </Button>
        )}
      </p>
      {again.isError && <Failure error={again.error} />}
    </details>
  );
}

function allHere(streams: readonly StreamCoverage[]): boolean {
  const told = streams.filter((stream) => stream.theirs != null);
  return told.length > 0 && told.every((stream) => stream.difference === 0);
}

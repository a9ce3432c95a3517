import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { skippedQuery } from "../../api/connections";
import type { Connection, Skipped } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { inWords } from "../../ui/format";
import { laidOut } from "../../ui/json";
import { Loading } from "../../ui/loading";
import { useProviderOf } from "../../ui/providers";
import { ShowEarlier } from "../../ui/show-earlier";
import { downloadSkipped } from "./download";

/** The records that could not be read, each with the reason and what came. */
export function SkippedList({ connection }: { connection: Connection }) {
  const { label } = useProviderOf()(connection.provider);
  const list = useInfiniteQuery(skippedQuery(connection.id));
  const download = useMutation({ mutationFn: () => downloadSkipped(connection) });
  const records = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && records.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (list.isPending) return <Loading />;
  if (records.length === 0) {
    return <p className="text-muted text-sm">Every record of {label} that was shown to us could be read.</p>;
  }
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted text-xs">
          Kept as they came, and read again when they come again; the others were not held up.
        </p>
        <Button busy={download.isPending} onClick={() => download.mutate()}>
          <Download aria-hidden="true" className="size-3.5" />
          Download all
        </Button>
      </div>
      {download.isError && <Failure error={download.error} />}
      <ul className="mt-1 divide-y">
        {records.map((record) => (
          <Record key={record.id} record={record} />
        ))}
      </ul>
      {list.isFetchNextPageError && <Failure error={list.error} />}
      <ShowEarlier list={list} />
    </>
  );
}

function Record({ record }: { record: Skipped }) {
  return (
    <li>
      <details className="group py-2">
        <summary className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 rounded text-sm">
          <span className="font-medium">
            {record.line == null ? inWords(record.stream) : `Line ${record.line}`}
            {record.provider_id && record.line == null && ` ${record.provider_id}`}
          </span>
          <span className="min-w-0 flex-1 text-warn [overflow-wrap:anywhere]">{record.reason}</span>
          <span className="text-muted text-xs">
            <Ago at={record.skipped_at} />
          </span>
        </summary>
        <pre className="mt-2 max-h-72 overflow-auto whitespace-pre-wrap rounded-md bg-side p-3 font-mono text-muted text-xs [overflow-wrap:anywhere]">
          {laidOut(record.raw)}
        </pre>
      </details>
    </li>
  );
}

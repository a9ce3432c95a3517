import type { Connection, Sync } from "../../api/types";
import { isUnderWay } from "../../live/progress";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { count, inWords } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { useProviderOf } from "../../ui/providers";
import { differenceOf, ofContacts, ofTheRest } from "./counts";
import { useCoverage, useSyncing } from "./use-connection";

/** Our counts beside the provider's, with the reasons of every difference, and the way to read everything again. */
export function Counts({ connection, runs }: { connection: Connection; runs: readonly Sync[] | undefined }) {
  const coverage = useCoverage(connection, runs);
  const { label } = useProviderOf()(connection.provider);
  if (coverage.isError) return <Failure error={coverage.error} retry={coverage.refetch} />;
  if (coverage.isPending) return <Loading />;
  const { items: streams = [], counted_at } = coverage.data ?? {};
  const items = [...ofContacts(streams), ...ofTheRest(streams)];
  return (
    <>
      {counted_at ? (
        <div className="overflow-x-auto">
          <table className="w-full text-sm tabular-nums">
            <thead>
              <tr className="text-left text-muted text-xs">
                <th scope="col" className="py-1 pr-4 font-medium">
                  What
                </th>
                <th scope="col" className="py-1 pr-4 text-right font-medium">
                  Here
                </th>
                <th scope="col" className="py-1 pr-4 text-right font-medium">
                  {label}
                </th>
                <th scope="col" className="w-full py-1 font-medium">
                  Difference
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((stream) => (
                <tr key={stream.stream} className="border-t align-top">
                  <th scope="row" className="whitespace-nowrap py-1.5 pr-4 text-left font-normal">
                    {inWords(stream.stream)}
                  </th>
                  <td className="py-1.5 pr-4 text-right">{count(stream.ours)}</td>
                  <td className="py-1.5 pr-4 text-right">
                    {stream.theirs == null ? (
                      <span className="whitespace-nowrap text-muted">not told</span>
                    ) : (
                      count(stream.theirs)
                    )}
                  </td>
                  <td className="min-w-48 py-1.5">
                    {stream.theirs != null && stream.difference === 0 && (
                      <span className="text-good">none</span>
                    )}
                    {stream.theirs != null && stream.difference !== 0 && (
                      <span className="text-warn">{differenceOf(stream).join(", ")}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className="text-muted text-sm">
          Nothing was compared yet: counts are taken at the end of a sync that reads everything.
        </p>
      )}
      <ReadAgain connection={connection} latest={runs?.[0]} countedAt={counted_at} />
    </>
  );
}

interface ReadAgainProps {
  connection: Connection;
  latest: Sync | undefined;
  countedAt: string | null | undefined;
}

function ReadAgain({ connection, latest, countedAt }: ReadAgainProps) {
  const again = useSyncing(connection, "full");
  const isReading = latest !== undefined && isUnderWay(latest) && latest.mode !== "incremental";
  return (
    <>
      <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 flex-1 basis-64 text-muted text-xs">
          {countedAt && (
            <>
              Counted <Ago at={countedAt} />, when everything was read.{" "}
            </>
          )}
          A full sync reads every record again, and finds what nobody told us of.
        </p>
        {connection.state === "active" && (
          <Button busy={again.isPending} disabled={isReading} onClick={() => again.mutate()}>
            {isReading ? "Everything is being read" : "Read everything again"}
          </Button>
        )}
      </div>
      {again.isError && <Failure error={again.error} />}
    </>
  );
}

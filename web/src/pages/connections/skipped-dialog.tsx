import { useQuery } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { inWords } from "../../ui/format";

const SHOWN = 50;

/** The records that could not be read, each with the reason and what came. */
export function SkippedDialog({ connectionId, onClose }: { connectionId: string; onClose: () => void }) {
  const skipped = useQuery({
    queryKey: ["skipped", connectionId],
    queryFn: async ({ signal }) => {
      const params = { path: { connection_id: connectionId }, query: { limit: SHOWN } };
      return (await answered(api.GET("/connections/{connection_id}/skipped", { params, signal }))).items;
    },
  });
  return (
    <Dialog title="Records that could not be read" wide onClose={onClose}>
      {skipped.isError && <Failure error={skipped.error} retry={skipped.refetch} />}
      {skipped.isPending && <p className="text-muted text-sm">Loading …</p>}
      <ul className="max-h-[60dvh] divide-y overflow-auto">
        {skipped.data?.map((record) => (
          <li key={record.id} className="py-2">
            <p className="text-sm">
              <span className="font-medium">
                {inWords(record.stream)} {record.provider_id}
              </span>{" "}
              {record.reason}
            </p>
            <pre className="mt-1 overflow-x-auto rounded bg-side p-2 font-mono text-muted text-xs">
              {record.raw}
            </pre>
          </li>
        ))}
      </ul>
      <form method="dialog" className="mt-4 flex justify-end">
        <Button type="submit">Close</Button>
      </form>
    </Dialog>
  );
}

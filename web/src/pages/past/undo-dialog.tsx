import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { undoEntry } from "../../api/history";
import type { HistoryEntry } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { toasts } from "../../ui/toasts";
import { titleOf } from "./entry-words";
import { lookAnew } from "./look-anew";
import { Resulting } from "./resulting";

/** What undoing would lead to, before it is done. */
export function UndoDialog({ entry, onClose }: { entry: HistoryEntry; onClose: () => void }) {
  const client = useQueryClient();
  const preview = useQuery({
    queryKey: ["undo-preview", entry.number],
    queryFn: () => undoEntry(entry.number, { dryRun: true }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const undoing = useMutation({
    mutationFn: () => undoEntry(entry.number),
    onSuccess: async () => {
      onClose();
      toasts.say(`Undone: ${titleOf(entry)}`);
      await lookAnew(client);
    },
  });
  return (
    <Dialog title={`Undo “${titleOf(entry)}”?`} onClose={onClose}>
      {preview.isPending && <Loading />}
      {preview.isError && <Failure error={preview.error} retry={preview.refetch} />}
      {preview.data && <Resulting outcome={preview.data} />}
      {undoing.isError && <Failure error={undoing.error} />}
      <p className="mt-3 text-muted text-xs">
        Every record stays as it came from its tool. What else was said since then keeps holding.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          disabled={!preview.data}
          busy={undoing.isPending}
          onClick={() => undoing.mutate()}
        >
          Undo
        </Button>
      </div>
    </Dialog>
  );
}

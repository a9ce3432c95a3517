import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { undoEntry } from "../../api/history";
import type { ContactDetail, Outcome, Source } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { toasts } from "../../ui/toasts";
import { lookAnew } from "../past/look-anew";
import { Resulting } from "../past/resulting";

interface SplitDialogProps {
  contact: ContactDetail;
  source: Source;
  onClose: () => void;
}

/** Say that a record is somebody else's: what would come of it is seen before it is done. */
export function SplitDialog({ contact, source, onClose }: SplitDialogProps) {
  const client = useQueryClient();
  const preview = useQuery({
    queryKey: ["split-preview", contact.id, source.connection_id, source.provider_id],
    queryFn: () => split(contact.id, source, true),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const splitting = useMutation({
    mutationFn: () => split(contact.id, source, false),
    onSuccess: async ({ entries }) => {
      onClose();
      const number = entries[0]?.number;
      toasts.say(
        "The record is a contact of its own",
        number === undefined ? undefined : () => takeBack(number),
      );
      await lookAnew(client);
    },
  });

  async function takeBack(number: number) {
    await undoEntry(number);
    await lookAnew(client);
  }

  return (
    <Dialog title="Is this record another person?" onClose={onClose}>
      {preview.isPending && <Loading />}
      {preview.isError && <Failure error={preview.error} retry={preview.refetch} />}
      {preview.data && <Resulting outcome={preview.data} />}
      {splitting.isError && <Failure error={splitting.error} />}
      <p className="mt-3 text-muted text-xs">
        No rule joins them again. Nothing is changed where they came from, and you can undo this at any time.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          disabled={!preview.data}
          busy={splitting.isPending}
          onClick={() => splitting.mutate()}
        >
          Split off
        </Button>
      </div>
    </Dialog>
  );
}

function split(
  golden_id: string,
  { connection_id, provider_id }: Source,
  dry_run: boolean,
): Promise<Outcome> {
  const body = { sources: [{ connection_id, provider_id }], dry_run };
  return answered<Outcome>(
    api.POST("/contacts/{golden_id}/split", { params: { path: { golden_id } }, body }),
  );
}

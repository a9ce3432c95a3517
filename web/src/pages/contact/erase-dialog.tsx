import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { answered, api } from "../../api/client";
import { contactKey } from "../../api/queries";
import type { ContactDetail } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { counted, nameOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { Notice } from "../../ui/notice";
import { toasts } from "../../ui/toasts";
import { lookAnew } from "../past/look-anew";

/** Forget a person for good: what would go is said first, and that it cannot be undone. */
export function EraseDialog({ contact, onClose }: { contact: ContactDetail; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const id = useId();
  const [isSure, setSure] = useState(false);
  const preview = useQuery({
    queryKey: ["erase-preview", contact.id],
    queryFn: () => erase(contact.id, true),
    staleTime: 0,
    gcTime: 0,
  });
  const erasing = useMutation({
    mutationFn: () => erase(contact.id, false),
    onSuccess: async () => {
      await navigate({ to: "/contacts" });
      toasts.say("The person is erased");
      client.removeQueries({ queryKey: contactKey(contact.id) });
      await lookAnew(client);
    },
  });
  return (
    <Dialog title={`Erase ${nameOf({ ...contact.fields })} for good?`} onClose={onClose}>
      <Notice tone="bad">This cannot be undone.</Notice>
      <div className="mt-3 space-y-3 text-sm">
        {preview.isPending && <Loading />}
        {preview.isError && <Failure error={preview.error} retry={preview.refetch} />}
        {preview.data && (
          <p>
            {counted(preview.data.sources.length, "record")} and{" "}
            {counted(preview.data.interactions, "interaction")} are forgotten, with the person’s part in the
            history. They are not taken in again when their tools tell of them; in the tools themselves they
            stay until you delete them there.
          </p>
        )}
        <label htmlFor={id} className="flex items-center gap-2">
          <input
            id={id}
            type="checkbox"
            checked={isSure}
            onChange={(event) => setSure(event.target.checked)}
          />
          I want this person erased
        </label>
        {erasing.isError && <Failure error={erasing.error} />}
      </div>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          disabled={!isSure || !preview.data}
          busy={erasing.isPending}
          onClick={() => erasing.mutate()}
        >
          Erase
        </Button>
      </div>
    </Dialog>
  );
}

function erase(golden_id: string, dry_run: boolean) {
  return answered(
    api.POST("/contacts/{golden_id}/erase", { params: { path: { golden_id } }, body: { dry_run } }),
  );
}

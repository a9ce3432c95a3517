import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { answered, api } from "../../api/client";
import { connectionsQuery, syncsKey } from "../../api/connections";
import type { Connection } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";

/** Let a connection rest, or go on. */
export function Rest({ connection }: { connection: Connection }) {
  const client = useQueryClient();
  const paused = connection.state === "paused";
  const turning = useMutation({
    mutationFn: () => {
      const params = { path: { connection_id: connection.id } };
      return answered(
        paused
          ? api.POST("/connections/{connection_id}/resume", { params })
          : api.POST("/connections/{connection_id}/pause", { params }),
      );
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: connectionsQuery.queryKey }),
        client.invalidateQueries({ queryKey: syncsKey(connection.id) }),
      ]),
  });
  const Icon = paused ? Play : Pause;
  const word = paused ? "Resume" : "Pause";
  return (
    <>
      <Button
        look={paused ? "plain" : "quiet"}
        busy={turning.isPending}
        onClick={() => turning.mutate()}
        aria-label={`${word} ${connection.account_name}`}
      >
        <Icon aria-hidden="true" className="size-3.5" />
        {word}
      </Button>
      {turning.isError && <Failure error={turning.error} />}
    </>
  );
}

import { answered, api } from "../../api/client";
import type { Connection } from "../../api/types";
import { saveFile } from "../../ui/save-file";

/** Save all that could not be read of a connection as a file. */
export async function downloadSkipped(connection: Connection): Promise<void> {
  const params = { path: { connection_id: connection.id } };
  const content = await answered<Blob>(
    api.GET("/connections/{connection_id}/skipped.csv", { params, parseAs: "blob" }),
  );
  saveFile(content, `${connection.account_name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}-not-read.csv`);
}

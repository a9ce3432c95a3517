import { answered, api } from "../../api/client";
import type { Connection } from "../../api/types";

/** Save all that could not be read of a connection as a file; a plain link could not say who asks. */
export async function downloadSkipped(connection: Connection): Promise<void> {
  const params = { path: { connection_id: connection.id } };
  const content = await answered<Blob>(
    api.GET("/connections/{connection_id}/skipped.csv", { params, parseAs: "blob" }),
  );
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = `${connection.account_name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}-not-read.csv`;
  link.click();
  URL.revokeObjectURL(url);
}

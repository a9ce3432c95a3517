import type { Connection } from "../../api/types";
import { Ago } from "../../ui/ago";
import { dayOf } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { useProviderOf } from "../../ui/providers";
import { doing } from "./purposes";
import { Reconnect } from "./reconnect";

/** What a person should know of a connection, and most of it do something about. */
export function Warnings({ connection }: { connection: Connection }) {
  const { label } = useProviderOf()(connection.provider);
  return (
    <>
      {connection.state === "broken" && (
        <Notice tone="warn">
          {connection.broken_reason ?? `${label} no longer lets us in.`} Reconnect, and syncing goes on where
          it was; nothing is lost.
        </Notice>
      )}
      {connection.state === "paused" && (
        <Notice tone="info">
          Paused
          {connection.paused_at && (
            <>
              {" "}
              <Ago at={connection.paused_at} />
            </>
          )}
          : nothing is read until you resume it, and what was read stays.
        </Notice>
      )}
      <Missing connection={connection} />
      <Ending connection={connection} />
    </>
  );
}

/** What a connection was not granted, and what that is needed for. */
function Missing({ connection }: { connection: Connection }) {
  const { label } = useProviderOf()(connection.provider);
  const purposes = Object.values(connection.missing ?? {});
  if (connection.state === "broken" || purposes.length === 0) return null;
  return (
    <Notice tone="warn" action={<Reconnect connection={connection} words="Allow more" />}>
      {label} did not grant all that is needed. Connect the account again, and let us:
      <ul className="mt-1 list-disc pl-5">
        {purposes.map((purpose) => (
          <li key={purpose}>{doing(purpose)}</li>
        ))}
      </ul>
    </Notice>
  );
}

/** A way in that ends: soon, or one day. */
function Ending({ connection }: { connection: Connection }) {
  const { label } = useProviderOf()(connection.provider);
  if (connection.ending) return <Notice tone="bad">{connection.ending}</Notice>;
  if (!connection.ends_at) return null;
  return (
    <Notice tone="warn">
      {label} ends API tokens on {dayOf(connection.ends_at)}. Connect the account again by signing in at{" "}
      {label} before then, and syncing goes on.
    </Notice>
  );
}

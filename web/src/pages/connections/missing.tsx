import type { Connection } from "../../api/types";
import { Notice } from "../../ui/notice";
import { useProviderOf } from "../../ui/providers";

/** What a connection was not granted, and what that is needed for. */
export function Missing({ connection }: { connection: Connection }) {
  const { label } = useProviderOf()(connection.provider);
  const missing = Object.entries(connection.missing ?? {});
  if (connection.state === "broken" || missing.length === 0) return null;
  return (
    <Notice tone="warn">
      {label} did not grant all that is needed. Connect the account again, and allow:
      <ul className="mt-1 list-disc pl-5">
        {missing.map(([scope, purpose]) => (
          <li key={scope}>
            <code className="text-xs">{scope}</code>, {purpose}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

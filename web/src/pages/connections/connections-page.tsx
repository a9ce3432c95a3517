import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { connectionsQuery } from "../../api/connections";
import type { Connection } from "../../api/types";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import { useProviderOf } from "../../ui/providers";
import { useTitle } from "../../ui/use-title";
import { ConnectionCard } from "./connection-card";
import { Kept } from "./kept";
import { ProviderCards } from "./provider-cards";
import { SampleData } from "./sample-data";

/** The accounts that contacts come from, and those that could be connected. */
export function ConnectionsPage() {
  useTitle("Connections");
  const connections = useQuery(connectionsQuery);
  const { connected, problem, sample } = useSearch({ from: "/member/connections" });
  const fresh = connections.data?.find((connection) => connection.id === connected);
  // What was just connected is what one wants to see.
  const others = connections.data?.filter((connection) => connection !== fresh) ?? [];
  const some = (connections.data?.length ?? 0) > 0;
  return (
    <div className="mx-auto max-w-4xl px-4 pt-4 pb-16 md:px-6 md:pt-6">
      <h1 className="font-semibold text-xl tracking-tight">Connections</h1>
      <p className="mt-1 mb-5 max-w-prose text-muted">
        The tools your customers live in. Each is read again regularly, and whenever you ask; what you approve
        is <WrittenBack />.
      </p>
      <div className="mb-4 space-y-2 empty:hidden">
        {fresh && <Fresh connection={fresh} />}
        {sample && connections.data && <SampleData connections={connections.data} begun />}
        {problem && (
          <Notice tone="warn">
            {/* Anyone can write an address: what it says chooses among our words, and is not shown. */}
            {problem === "consent-refused"
              ? "You did not allow the access, so nothing was connected."
              : "Nothing was connected. Try again."}
          </Notice>
        )}
        {connections.isError && <Failure error={connections.error} retry={connections.refetch} />}
      </div>
      {connections.isPending && (
        <div aria-busy="true" className="h-40 animate-pulse rounded-xl bg-hover">
          <span className="sr-only">Loading</span>
        </div>
      )}
      {some && (
        <section aria-labelledby="connected" className="mb-8">
          <h2 id="connected" className="mb-2 font-medium text-muted text-sm">
            Connected
          </h2>
          <ul className="space-y-3">
            {[...(fresh ? [fresh] : []), ...others].map((connection) => (
              <ConnectionCard key={connection.id} connection={connection} />
            ))}
          </ul>
        </section>
      )}
      {connections.data && (
        <>
          <section aria-labelledby="add" className="mb-8">
            <h2 id="add" className="mb-2 font-medium text-muted text-sm">
              {some ? "Add another account" : "Connect your first source"}
            </h2>
            <ProviderCards connections={connections.data} />
          </section>
          <Kept />
        </>
      )}
    </div>
  );
}

function WrittenBack() {
  return (
    <Link to="/connections/written-back" className="rounded text-accent underline underline-offset-2">
      written back
    </Link>
  );
}

function Fresh({ connection }: { connection: Connection }) {
  return (
    <Notice tone="good">
      {useProviderOf()(connection.provider).isFile
        ? `${connection.account_name} is here, and is being read. Its people appear meanwhile.`
        : `${connection.account_name} is connected. Its contacts are on their way, and appear while they are read.`}
    </Notice>
  );
}

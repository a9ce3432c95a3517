import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cable } from "lucide-react";
import { assistantQuery } from "../../api/assistant";
import { connectionsQuery } from "../../api/connections";
import type { Connection } from "../../api/types";
import { buttonClass } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { useTitle } from "../../ui/use-title";
import { Limits } from "../connections/limits";
import { Section } from "../settings/section";
import { Assistant } from "./assistant";

/** What is used of what is limited: the assistant's words, and the calls that each account allows. */
export function UsagePage() {
  useTitle("Usage");
  const hasAssistant = useQuery(assistantQuery).data === true;
  const connections = useQuery(connectionsQuery);
  return (
    <div className="mx-auto max-w-3xl px-4 py-5 md:px-6">
      <h1 className="mb-5 font-semibold text-xl tracking-tight">Usage</h1>
      <div className="space-y-10">
        {hasAssistant && <Assistant />}
        <Section
          title="Calls to your tools"
          says="What each account allows in a while, and how much of it is used."
        >
          {connections.isPending && <Loading />}
          {connections.isError && <Failure error={connections.error} retry={connections.refetch} />}
          {connections.data?.length === 0 && <NoConnections />}
          <ul className="divide-y">
            {connections.data?.map((connection) => (
              <Account key={connection.id} connection={connection} />
            ))}
          </ul>
        </Section>
      </div>
    </div>
  );
}

function Account({ connection }: { connection: Connection }) {
  const { label } = useProviderOf()(connection.provider);
  return (
    <li className="py-4 first:pt-0 last:pb-0">
      <h3 className="mb-3 flex items-center gap-2 font-medium text-sm">
        <ProviderMark name={connection.provider} />
        {connection.account_name}
        <span className="font-normal text-muted">{label}</span>
      </h3>
      <Limits connection={connection} />
    </li>
  );
}

function NoConnections() {
  return (
    <EmptyState
      icon={Cable}
      title="No account is connected"
      action={
        <Link to="/connections" className={buttonClass()}>
          Go to connections
        </Link>
      }
    >
      As soon as one is, what it allows and what is used of that is shown here.
    </EmptyState>
  );
}

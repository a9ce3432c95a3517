import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "../../api/connections";
import type { Connection } from "../../api/types";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import { FileCard } from "./files/file-card";
import { fileKindsOf } from "./files/kinds";
import { ProviderCard } from "./provider-card";
import { SampleData } from "./sample-data";
import { isUsable } from "./ways-in";

/** The tools that can be connected here, and files. */
export function ProviderCards({ connections }: { connections: readonly Connection[] }) {
  const providers = useQuery(providersQuery);
  const usable = providers.data?.filter((provider) => isUsable(provider) && !provider.file);
  const kinds = fileKindsOf(providers.data ?? []);
  return (
    <>
      {connections.length === 0 && <SampleData connections={connections} begun={false} />}
      {providers.isError && <Failure error={providers.error} retry={providers.refetch} />}
      {usable?.length === 0 && (
        <div className="mb-3">
          <Notice tone="warn">
            No provider is set up here yet. Whoever runs this Lead Manager registers it with the providers
            first; files can be read all the same.
          </Notice>
        </div>
      )}
      <ul className="grid gap-3 sm:grid-cols-3">
        {usable?.map((provider) => (
          <ProviderCard key={provider.name} provider={provider} />
        ))}
        {kinds.length > 0 && <FileCard kinds={kinds} />}
      </ul>
    </>
  );
}

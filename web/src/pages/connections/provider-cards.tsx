import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "../../api/queries";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import { ProviderCard } from "./provider-card";
import { isUsable } from "./ways-in";

/** The tools that can be connected here. */
export function ProviderCards() {
  const providers = useQuery(providersQuery);
  if (providers.isError) return <Failure error={providers.error} retry={providers.refetch} />;
  const usable = providers.data?.filter(isUsable);
  if (usable?.length === 0) {
    return (
      <Notice tone="warn">
        No provider is set up here yet. Whoever runs this Lead Manager registers it with the providers first.
      </Notice>
    );
  }
  return (
    <ul className="grid gap-3 sm:grid-cols-3">
      {usable?.map((provider) => (
        <ProviderCard key={provider.name} provider={provider} />
      ))}
    </ul>
  );
}

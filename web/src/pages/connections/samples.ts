import type { Connection, Provider } from "../../api/types";

/** Where a person comes back to who goes through the accounts with sample data. */
export const RETURN_TO_SAMPLE = "/app/connections?sample=true";

type Sampled = Pick<Provider, "name" | "sample">;

export interface NextSample<P> {
  provider: P;
  place: number;
  of: number;
}

/** Which provider with sample data is next; none once all are connected, or where there are none. */
export function nextSample<P extends Sampled>(
  providers: readonly P[],
  connections: readonly Pick<Connection, "provider">[],
): NextSample<P> | null {
  const sampled = providers.filter((provider) => provider.sample);
  const index = sampled.findIndex(({ name }) => !connections.some(({ provider }) => provider === name));
  const provider = sampled[index];
  return provider ? { provider, place: index + 1, of: sampled.length } : null;
}

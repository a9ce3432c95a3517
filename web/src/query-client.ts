import { QueryClient } from "@tanstack/react-query";
import { mayPass } from "./api/problem";

const TRIES = 2;

/** The cache of what was read, asked again when it may help and not when it was refused. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, retry: (failures, error) => failures < TRIES && mayPass(error) },
      mutations: { retry: false },
    },
  });
}

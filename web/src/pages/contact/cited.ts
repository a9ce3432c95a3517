import { useEffect, useRef } from "react";

interface Named {
  connection_id: string;
  provider_id: string;
}

/** What tells a record from all others, as the sources of an answer name it: its connection, and its own id there. */
export function recordKey({ connection_id, provider_id }: Named): string {
  return `${connection_id}/${provider_id}`;
}

/** Bring what is cited into sight, once for each citation. */
export function useInSight<E extends HTMLElement>(isCited: boolean) {
  const element = useRef<E>(null);
  useEffect(() => {
    if (isCited) element.current?.scrollIntoView({ block: "center" });
  }, [isCited]);
  return element;
}

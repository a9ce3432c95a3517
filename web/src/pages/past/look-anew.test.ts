import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { lookAnew } from "./look-anew";

it("looks at who changed and at the history, and leaves the lists of contacts as they stand", async () => {
  const client = new QueryClient();
  const stale = (...key: unknown[]) => client.getQueryState(key)?.isInvalidated;
  for (const key of [["contact", "g1"], ["activity", "all"], ["contact-count"], ["contacts", {}]]) {
    client.setQueryData(key, {});
  }

  await lookAnew(client);

  expect([stale("contact", "g1"), stale("activity", "all"), stale("contact-count")]).toEqual([
    true,
    true,
    true,
  ]);
  expect(stale("contacts", {})).toBe(false);
});

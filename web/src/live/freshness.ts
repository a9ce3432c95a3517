import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { proposalsKey } from "../api/assistant";
import { skippedKey, syncsKey, tellingSyncsQuery } from "../api/connections";
import { contactCountQuery, contactKey } from "../api/queries";
import type { Sync } from "../api/types";
import { goldenIdsOf, type LiveEvent, type SyncProgress } from "./events";
import { isUnderWay, withProgress } from "./progress";
import { Throttle } from "./throttle";

const AT_MOST_EVERY_MS = 1_000;
const EVERYTHING = [
  ...["connections", "providers", "syncs", "coverage", "skipped", "budget", "actions", "telling-syncs"],
  ...["contact", "contact-count", "activity", "suggestion-count", "proposals"],
];

/**
 * Keeps the cache true to what the stream says. The list of contacts and conversations see to themselves, so as not to
 * jump.
 */
export class Freshness {
  readonly #client: QueryClient;
  readonly #throttle = new Throttle(AT_MOST_EVERY_MS);

  constructor(client: QueryClient) {
    this.#client = client;
  }

  readonly hear = (event: LiveEvent): void => {
    switch (event.name) {
      case "ready":
      case "resync":
        // Something may have been missed: look at everything.
        for (const kind of EVERYTHING) this.#lookAgain([kind]);
        break;
      case "action.ended":
        this.#lookAgain(["actions"]);
        break;
      case "proposal.ended":
        this.#lookAgain(proposalsKey);
        break;
      case "sync.progressed":
        for (const told of event.items) this.#progress(told);
        break;
      case "connection.authorized":
      case "connection.paused":
      case "connection.resumed":
      case "connection.removed":
      case "connection.broken":
        this.#lookAgain(["connections"]);
        break;
      default:
        this.#lookAgain(contactCountQuery.queryKey);
        // Of the questions only the number: those that are looked at must not change under the person's hands.
        this.#lookAgain(["suggestion-count"]);
        this.#lookAgain(["activity"]);
        this.#lookAtContacts(new Set(goldenIdsOf(event)));
    }
  };

  stop(): void {
    this.#throttle.clear();
  }

  #progress(told: SyncProgress): void {
    const key = syncsKey(told.connection_id);
    this.#client.setQueryData<Sync[]>(key, (syncs) => syncs && withProgress(syncs, told));
    // What a run ended with, or waits for (its problem, the exact times), is not in the event.
    if (isUnderWay(told) && told.state !== "waiting") return;
    this.#lookAgain(key);
    this.#lookAgain(tellingSyncsQuery.queryKey);
    this.#lookAgain(skippedKey(told.connection_id));
  }

  #lookAtContacts(ids: ReadonlySet<string>): void {
    for (const { queryKey } of this.#client.getQueryCache().findAll({ queryKey: ["contact"] })) {
      if (ids.has(String(queryKey[1]))) this.#lookAgain(contactKey(String(queryKey[1])));
    }
  }

  #lookAgain(queryKey: QueryKey): void {
    if (!this.#client.getQueryCache().find({ queryKey, exact: false })) return;
    this.#throttle.run(JSON.stringify(queryKey), () => void this.#client.invalidateQueries({ queryKey }));
  }
}

// @vitest-environment jsdom
import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ContactFilter, contactsQuery } from "./queries";
import type { ContactPage } from "./types";

const PAGE: ContactPage = { items: [], next_cursor: "on", total_is_exact: true, near: [] };

let client: QueryClient;
let asked: string[];

beforeEach(() => {
  client = new QueryClient();
  asked = [];
});

afterEach(() => client.clear());

/** The query of a list as it is, but for whom it asks. */
function list(filter: ContactFilter) {
  const queryFn = async (): Promise<ContactPage> => {
    asked.push(filter.q ?? "everybody");
    return PAGE;
  };
  return { ...contactsQuery(filter), queryFn };
}

function show(filter: ContactFilter) {
  const observer = new InfiniteQueryObserver(client, list(filter));
  observer.subscribe(() => undefined);
  return observer;
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 20));

it("asks anew for the list of before when a search is cleared", async () => {
  const observer = show({});
  await rest();
  observer.setOptions(list({ q: "ada" }));
  await rest();

  observer.setOptions(list({}));
  await rest();

  expect(asked).toEqual(["everybody", "ada", "everybody"]);
  observer.destroy();
});

it("asks for no long list all over again, and for none while it is shown", async () => {
  const observer = show({});
  await rest();
  for (let page = 0; page < 3; page += 1) await observer.fetchNextPage();
  observer.setOptions(list({ q: "ada" }));
  await rest();
  asked = [];

  observer.setOptions(list({}));
  observer.setOptions(list({}));
  await rest();

  expect(asked).toEqual([]);
  observer.destroy();
});

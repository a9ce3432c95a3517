import type { ServerResponse } from "node:http";
import { expect, it, vi } from "vitest";
import { Session } from "../api/session";
import { json, problem, signedIn, standIn } from "../testing/stand-in";
import type { LiveEvent } from "./events";
import { Feed } from "./feed";

const READY = "event: ready\ndata: {}\n\n";
const CHANGED = 'event: golden_record.changed\ndata: {"items":[{"golden_id":"g1"}]}\n\n';

async function followed(stream: (response: ServerResponse, visit: number) => void) {
  let visits = 0;
  const tokens: (string | undefined)[] = [];
  const server = await standIn({
    "POST /auth/login": (_, response) => json(response, signedIn("t1")),
    "GET /events": (request, response) => {
      visits += 1;
      tokens.push(request.headers.authorization);
      stream(response, visits);
    },
  });
  const session = new Session(server.origin);
  await session.signIn({ email: "ada@example.com", password: "x" });
  const feed = new Feed(session);
  const heard: LiveEvent[] = [];
  feed.listen((event) => heard.push(event));
  const leaving = new AbortController();
  const following = feed.follow(leaving.signal);
  return { feed, heard, tokens, session, following, leave: () => leaving.abort() };
}

function open(response: ServerResponse, text: string): ServerResponse {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write(text);
  return response;
}

it("tells what changes, with the person's token, and leaves when asked", async () => {
  const { feed, heard, tokens, following, leave } = await followed((response) =>
    open(response, `retry: 2000\n\n${READY}: still here\n\nevent: unheard.of\ndata: {}\n\n${CHANGED}`),
  );

  await vi.waitFor(() => expect(heard).toHaveLength(2));
  expect(heard).toEqual([{ name: "ready" }, { name: "golden_record.changed", items: [{ golden_id: "g1" }] }]);
  expect(tokens).toEqual(["Bearer t1"]);
  expect(feed.status).toBe("live");

  leave();
  await following;
});

it("puts together what comes in pieces", async () => {
  const { heard, leave } = await followed((response) => {
    open(response, READY + CHANGED.slice(0, 20));
    setTimeout(() => response.write(CHANGED.slice(20)), 30);
  });

  await vi.waitFor(() =>
    expect(heard.map((event) => event.name)).toEqual(["ready", "golden_record.changed"]),
  );
  leave();
});

it("opens a stream that ended again, and is ready anew", async () => {
  const { heard, leave } = await followed((response, visit) =>
    visit === 1 ? open(response, READY).end() : open(response, READY + CHANGED),
  );

  await vi.waitFor(
    () => expect(heard.map((event) => event.name)).toEqual(["ready", "ready", "golden_record.changed"]),
    4_000,
  );
  leave();
});

it("shows that it is away while the server refuses, and comes back", async () => {
  const { feed, heard, leave } = await followed((response, visit) =>
    visit === 1 ? problem(response, 503, "unavailable", "Not now") : open(response, READY),
  );

  await vi.waitFor(() => expect(feed.status).toBe("live"), 6_000);
  expect(heard).toEqual([{ name: "ready" }]);
  leave();
});

it("ends when the person leaves", async () => {
  const { session, following } = await followed((response) => open(response, READY).end());

  session.leave();

  await following;
});

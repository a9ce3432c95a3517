// @vitest-environment jsdom
import type { ServerResponse } from "node:http";
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { Session } from "../../api/session";
import { Feed } from "../../live/feed";
import { FeedContext } from "../../live/use-live";
import { makeQueryClient } from "../../query-client";
import { askAt } from "../../testing/at-stand-in";
import { json, signedIn, standIn } from "../../testing/stand-in";
import type { ChatMessage } from "./parts";
import { Thread } from "./thread";

afterEach(cleanup);

const CHAT = "/chat/c1";
const READ = `GET ${CHAT}`;

/** Two proposals in one answer, the first as it stands, the second still to be decided. */
function answer(first: object): ChatMessage {
  const asked = { type: "tool-addNote", input: { body: "Calls back" }, state: "approval-requested" };
  const parts = [
    { ...asked, toolCallId: "t1", approval: { id: "p1" }, ...first },
    { ...asked, toolCallId: "t2", approval: { id: "p2" } },
    ...["1", "2"].map((end) => ({
      type: "data-plan",
      data: {
        proposalId: `p${end}`,
        toolCallId: `t${end}`,
        title: `Note ${end}`,
        contactId: null,
        steps: [],
      },
    })),
  ];
  return { id: "a1", role: "assistant", parts: parts as ChatMessage["parts"] };
}

const APPROVED = { state: "approval-responded", approval: { id: "p1", approved: true } };
const DONE = {
  state: "output-available",
  approval: { id: "p1", approved: true },
  output: { steps: [{ says: "Note at HubSpot", state: "succeeded" }] },
};

/** Show a conversation in which a yes was given, and what came of it is told by the stream of changes. */
async function shown(first: object = APPROVED) {
  // No layout here, and so nothing to scroll.
  Element.prototype.scrollTo = () => undefined;
  let now = first;
  const streams: ServerResponse[] = [];
  const server = await standIn({
    "POST /auth/login": (_, response) => json(response, signedIn("t1")),
    "GET /events": (_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      streams.push(response);
    },
    [READ]: (_, response) =>
      json(response, { id: "c1", title: "Notes", is_answering: false, messages: [answer(now)] }),
    "GET /proposals/p1": (_, response) =>
      json(response, { id: "p1", steps: [], state: "running", decided_at: "2026-01-02T03:04:05Z" }),
    "GET /proposals/p2": (_, response) => json(response, { id: "p2", steps: [], state: "open" }),
  });
  askAt(server);
  const session = new Session(server.origin);
  await session.signIn({ email: "ada@example.com", password: "x" });
  const feed = new Feed(session);
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  void feed.follow(leaving.signal);
  await vi.waitFor(() => expect(streams).toHaveLength(1));
  render(
    <FeedContext value={feed}>
      <QueryClientProvider client={makeQueryClient()}>
        <Thread
          id="c1"
          kept={{ messages: [answer(first)], isAnswering: false }}
          contact={undefined}
          onShown={() => undefined}
        />
      </QueryClientProvider>
    </FeedContext>,
  );
  return {
    become: (part: object) => {
      now = part;
    },
    tell: (name: string, data: object) =>
      streams[0]?.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
    looks: () => server.asked.filter((each) => each === READ).length,
  };
}

it("says what came of a yes as soon as that is told, and leaves another proposal as it is", async () => {
  const { become, tell, looks } = await shown();
  expect(screen.getByText("Being done …")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Refuse" }));
  fireEvent.change(screen.getByLabelText("Why not, if you like to say"), { target: { value: "Not n" } });

  become(DONE);
  tell("proposal.ended", { items: [{ proposal_id: "another's" }] });
  tell("proposal.ended", { items: [{ proposal_id: "p1" }] });

  expect(await screen.findByText("Approved and done")).toBeTruthy();
  expect(screen.queryByText("Being done …")).toBeNull();
  expect(screen.getByDisplayValue("Not n")).toBeTruthy();
  expect(looks()).toBe(1);
});

it("looks at what it may have missed while it was away", async () => {
  const { become, tell } = await shown();

  become({ state: "output-error", approval: { id: "p1", approved: true }, errorText: "It failed there." });
  tell("ready", {});

  expect(await screen.findByText("It failed there.")).toBeTruthy();
});

it("does not ask again for a yes that was given, and after a while offers to find out what came of it", async () => {
  await shown({});

  expect(
    await screen.findByText("Approved. What comes of it is shown here as soon as it is known."),
  ).toBeTruthy();
  expect(screen.getByRole("button", { name: "Find out" })).toBeTruthy();
  expect(screen.getAllByRole("button", { name: "Approve" })).toHaveLength(1);
});

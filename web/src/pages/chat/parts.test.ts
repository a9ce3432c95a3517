import { expect, it } from "vitest";
import { type ChatMessage, piecesOf, placeOf, sourcesOf, toolWords } from "./parts";

function message(...parts: ChatMessage["parts"]): ChatMessage {
  return { id: "m1", role: "assistant", parts };
}

function call(toolCallId: string): ChatMessage["parts"][number] {
  return { type: "tool-searchContacts", toolCallId, state: "output-available", input: {}, output: {} };
}

const ASKED: ChatMessage["parts"][number] = {
  type: "tool-updateContact",
  toolCallId: "c9",
  state: "approval-requested",
  input: { contactId: "g1" },
  approval: { id: "a1" },
};

it("puts calls together that stand together, and each proposal by itself", () => {
  const pieces = piecesOf(
    message(
      { type: "step-start" },
      call("c1"),
      call("c2"),
      { type: "text", text: "Found.", state: "done" },
      { type: "text", text: "", state: "streaming" },
      call("c3"),
      ASKED,
    ),
  );

  expect(pieces.map(({ kind }) => kind)).toEqual(["calls", "text", "calls", "proposal"]);
  expect(pieces[0]).toMatchObject({ calls: [{ toolCallId: "c1" }, { toolCallId: "c2" }] });
});

it("numbers each record once", () => {
  const one = { type: "source-url", sourceId: "s1", url: "/app/contacts/g1", title: "HubSpot" } as const;
  const two = { type: "source-document", sourceId: "s2", title: "Zendesk", mediaType: "text/plain" } as const;

  expect(sourcesOf(message(one, call("c1"), two, one)).map(({ sourceId }) => sourceId)).toEqual(["s1", "s2"]);
});

it.each([
  ["/app/contacts/g1?a=b%2F2#c", { to: "/contacts/g1", search: { a: "b/2" }, hash: "c" }],
  ["https://lead.example/app/contacts/g1", { to: "/contacts/g1", search: {}, hash: "" }],
  ["https://evil.example/app/contacts/g1", undefined],
  ["//evil.example/app/contacts", undefined],
  ["/auth/logout", undefined],
  ["javascript:alert(1)", undefined],
])("leads from %s to %j", (url, place) => {
  expect(placeOf(url, "https://lead.example")).toEqual(place);
});

it("puts the server's plan with its call, and says what a conversation tells beside", () => {
  const plan = { proposalId: "a1", toolCallId: "c9", title: "Change Ada", contactId: "g1", steps: [] };

  const pieces = piecesOf(
    message(
      { type: "data-notice", data: { text: "A stand-in answers." } },
      ASKED,
      { type: "data-plan", data: plan },
      { type: "data-failure", data: { text: "It broke." } },
    ),
  );

  expect(pieces.map(({ kind }) => kind)).toEqual(["notice", "proposal", "failure"]);
  expect(pieces[1]).toMatchObject({ plan, call: { toolCallId: "c9" } });
});

it("says a tool's name in words", () => {
  expect([toolWords("searchContacts"), toolWords("propose_note")]).toEqual([
    "Search contacts",
    "Propose note",
  ]);
});

import type { UIMessage } from "ai";
import { expect, it } from "vitest";
import { changesOf, contactIdOf, localPathOf, piecesOf, sourcesOf, toolWords } from "./parts";

function message(...parts: UIMessage["parts"]): UIMessage {
  return { id: "m1", role: "assistant", parts };
}

function call(toolCallId: string): UIMessage["parts"][number] {
  return { type: "tool-searchContacts", toolCallId, state: "output-available", input: {}, output: {} };
}

const ASKED: UIMessage["parts"][number] = {
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
  ["/app/contacts/g1?a=b#c", "/contacts/g1?a=b#c"],
  ["https://lead.example/app/contacts/g1", "/contacts/g1"],
  ["https://evil.example/app/contacts/g1", undefined],
  ["//evil.example/app/contacts", undefined],
  ["/auth/logout", undefined],
  ["javascript:alert(1)", undefined],
])("leads from %s to %s", (url, path) => {
  expect(localPathOf(url, "https://lead.example")).toBe(path);
});

it("shows what would change beside what is, and no ids", () => {
  const input = {
    contactId: "g1",
    fields: { jobTitle: "CTO", phone: "+49 1" },
    tags: ["a", "b"],
    note: null,
  };

  expect(changesOf(input, { job_title: "VP" })).toEqual([
    { field: "jobTitle", before: "VP", after: "CTO" },
    { field: "phone", after: "+49 1" },
    { field: "tags", after: "a, b" },
  ]);
  expect(changesOf("nothing", {})).toEqual([]);
  expect([contactIdOf(input), contactIdOf({ contact_id: 7 }), contactIdOf(null)]).toEqual([
    "g1",
    undefined,
    undefined,
  ]);
});

it("says a tool's name in words", () => {
  expect([toolWords("searchContacts"), toolWords("propose_note")]).toEqual([
    "Search contacts",
    "Propose note",
  ]);
});

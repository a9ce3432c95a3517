// @vitest-environment jsdom
import type { IncomingMessage, ServerResponse } from "node:http";
import { Chat } from "@ai-sdk/react";
import { lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from "ai";
import { expect, it } from "vitest";
import { Problem } from "../../api/problem";
import { Session } from "../../api/session";
import { json, problem, signedIn, standIn } from "../../testing/stand-in";
import { makeTransport } from "./chats";
import type { ChatMessage } from "./parts";

interface Sent {
  id: string;
  messages: UIMessage[];
  trigger: string;
  messageId?: string;
  contactId?: string;
}

/** A server that keeps what it is sent, and answers one turn after the other. */
async function conversation(...turns: object[][]) {
  const sent: { token: string | undefined; body: Sent }[] = [];
  const server = await standIn({
    "POST /auth/refresh": (_, response) => json(response, signedIn("t1")),
    "POST /chat": async (request, response) => {
      sent.push({ token: request.headers.authorization, body: JSON.parse(await textOf(request)) as Sent });
      const turn = turns.shift();
      if (turn) stream(response, turn);
      else problem(response, 503, "assistant-not-set-up", "No key is set");
    },
  });
  const session = new Session(server.origin);
  await session.restore();
  const chat = new Chat<ChatMessage>({
    id: "c1",
    transport: makeTransport(session),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  return { chat, sent };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function stream(response: ServerResponse, chunks: object[]): void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "x-vercel-ai-ui-message-stream": "v1",
  });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end("data: [DONE]\n\n");
}

const said = (text: string) => [
  { type: "text-start", id: "t1" },
  { type: "text-delta", id: "t1", delta: text },
  { type: "text-end", id: "t1" },
];

it("asks as the person who is here, about the contact that is open, with what is new only", async () => {
  const turn = (id: string, text: string) => [
    { type: "start", messageId: id },
    ...said(text),
    { type: "finish" },
  ];
  const { chat, sent } = await conversation(turn("m1", "Ada."), turn("m2", "Grace."));

  await chat.sendMessage({ text: "Who is this?" }, { body: { contactId: "g1" } });
  await chat.sendMessage({ text: "And who else?" }, { body: {} });

  expect(chat.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(sent.map(({ token }) => token)).toEqual(["Bearer t1", "Bearer t1"]);
  expect(sent[0]?.body).toMatchObject({ id: "c1", trigger: "submit-message", contactId: "g1" });
  expect(sent[1]?.body.messages.map(({ parts }) => parts)).toEqual([
    [{ type: "text", text: "And who else?" }],
  ]);
});

it("hands a decision in by itself once it is made, and goes on with the same message", async () => {
  const call = { toolCallId: "call1", toolName: "updateContact" };
  const { chat, sent } = await conversation(
    [
      { type: "start", messageId: "m1" },
      { type: "start-step" },
      { type: "tool-input-available", ...call, input: { contactId: "g1", phone: "+49 1" } },
      { type: "tool-approval-request", approvalId: "a1", toolCallId: "call1" },
      { type: "finish-step" },
      { type: "finish", finishReason: "tool-calls" },
    ],
    [
      { type: "start", messageId: "m1" },
      { type: "tool-output-available", toolCallId: "call1", output: { done: true } },
      { type: "start-step" },
      ...said("Done."),
      { type: "finish-step" },
      { type: "finish", finishReason: "stop" },
    ],
  );
  await chat.sendMessage({ text: "Change the phone" });
  expect(chat.messages[1]?.parts.at(-1)).toMatchObject({ state: "approval-requested" });

  await chat.addToolApprovalResponse({ id: "a1", approved: true });
  await expect
    .poll(() => chat.status === "ready" && chat.messages[1]?.parts.at(-1))
    .toMatchObject({ text: "Done." });

  expect(sent).toHaveLength(2);
  expect(sent[1]?.body.messageId).toBe("m1");
  expect(sent[1]?.body.messages[0]?.parts.at(-1)).toMatchObject({
    state: "approval-responded",
    approval: { id: "a1", approved: true },
  });
  expect(chat.messages).toHaveLength(2);
});

it("tells a refusal in the server's own words", async () => {
  const { chat } = await conversation();

  await chat.sendMessage({ text: "Hello" });

  expect(chat.status).toBe("error");
  expect(chat.error).toBeInstanceOf(Problem);
  expect(chat.error?.message).toBe("No key is set.");
});

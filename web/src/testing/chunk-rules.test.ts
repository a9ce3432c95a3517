import { expect, it } from "vitest";
import { violations } from "./chunk-rules";

const start = { type: "start", messageId: "m1" };
const finish = { type: "finish", finishReason: "stop" };
const step = (...chunks: object[]) => [{ type: "start-step" }, ...chunks, { type: "finish-step" }];
const text = (id = "t1") => [
  { type: "text-start", id },
  { type: "text-delta", id, delta: "Hello" },
  { type: "text-end", id },
];
const call = (toolCallId = "c1") => [
  { type: "tool-input-start", toolCallId, toolName: "countContacts" },
  { type: "tool-input-available", toolCallId, toolName: "countContacts", input: {} },
];
const done = (toolCallId = "c1") => ({ type: "tool-output-available", toolCallId, output: 3 });
const asked = { type: "tool-approval-request", toolCallId: "c1", approvalId: "a1" };

it.each([
  ["words", [start, ...step(...text()), finish]],
  ["two calls at once", [start, ...step(...call("a"), ...call("b"), done("b"), done("a")), finish]],
  ["a call that waits for somebody", [start, ...step(...call(), asked), finish]],
  ["what was decided, and what follows", [start, done("earlier"), ...step(...text()), finish]],
  [
    "a step that begins anew",
    [
      start,
      { type: "start-step" },
      ...text(),
      { type: "reset-step" },
      ...text("t2"),
      { type: "finish-step" },
      finish,
    ],
  ],
  ["a stop in the middle of a step", [start, { type: "start-step" }, ...text(), { type: "abort" }]],
])("takes %s", async (_, chunks) => {
  expect(await violations(chunks)).toEqual([]);
});

it.each([
  ["nothing", []],
  ["a reason that no client knows", [start, { type: "finish", finishReason: "end_turn" }]],
  ["an unknown kind", [start, { type: "hello" }, finish]],
  [
    "null in place of nothing",
    [
      start,
      { type: "start-step" },
      { type: "tool-input-start", toolCallId: "c", toolName: "x", title: null },
      { type: "finish-step" },
      finish,
    ],
  ],
  ["no message's id", [{ type: "start" }, finish]],
  ["a second start", [start, start, finish]],
  ["no end", [start, ...step(...text())]],
  ["something after the end", [start, finish, ...step(...text())]],
  ["words that stay open", [start, ...step(...text().slice(0, 2)), finish]],
  ["words that nobody opened", [start, ...step(...text().slice(1)), finish]],
  ["words outside of a step", [start, ...text(), finish]],
  ["a step in a step", [start, { type: "start-step" }, ...step(...text()), finish]],
  ["a step that stays open", [start, { type: "start-step" }, finish]],
  ["a call without an end", [start, ...step(...call()), finish]],
  ["a call with two ends", [start, ...step(...call(), done(), done()), finish]],
  ["the end of a call that nobody made", [start, ...step(done()), finish]],
])("finds %s", async (_, chunks) => {
  expect(await violations(chunks)).not.toEqual([]);
});

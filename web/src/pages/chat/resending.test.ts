import { expect, it } from "vitest";
import type { ChatMessage } from "./parts";
import { unheard } from "./resending";

const said = (id: string, role: ChatMessage["role"], text: string): ChatMessage => ({
  id,
  role,
  parts: [{ type: "text", text }],
});

const OLD = [said("u1", "user", "Who?"), said("a1", "assistant", "Ada.")];
const NEW = said("u2", "user", "And since when?");

it("finds the question that the server never had, and what was said before it", () => {
  expect(unheard([...OLD, NEW], OLD)).toEqual({ text: "And since when?", before: OLD });
});

it("asks nothing twice: neither what the server kept, nor what it had begun to answer", () => {
  expect(unheard([...OLD, NEW], [...OLD, NEW])).toBeUndefined();
  expect(unheard([...OLD, NEW, said("a2", "assistant", "Sin")], OLD)).toBeUndefined();
  expect(unheard([], [])).toBeUndefined();
});

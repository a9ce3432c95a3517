import { expect, test } from "vitest";
import { together } from "./together";

function asking(most: number) {
  const asked: number[][] = [];
  const ask = together(async (keys: number[]) => {
    asked.push(keys);
    return new Map(keys.filter((key) => key < 9).map((key) => [key, `answer ${key}`]));
  }, most);
  return { asked, ask };
}

test("what is asked for in one moment is one request, each thing once", async () => {
  const { asked, ask } = asking(10);

  expect(await Promise.all([ask(1), ask(2), ask(1), ask(9)])).toEqual([
    "answer 1",
    "answer 2",
    "answer 1",
    undefined,
  ]);
  await ask(1);

  expect(asked).toEqual([[1, 2, 9], [1]]);
});

test("of more than fit there are several requests", async () => {
  const { asked, ask } = asking(2);

  await Promise.all([ask(1), ask(2), ask(3)]);

  expect(asked).toEqual([[1, 2], [3]]);
});

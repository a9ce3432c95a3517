// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { UserRound } from "lucide-react";
import { afterEach, expect, it } from "vitest";
import type { Command } from "./command";
import { useChoice } from "./use-choice";

afterEach(cleanup);

const named = (label: string, group: Command["group"]): Command => ({
  id: label,
  group,
  label,
  icon: UserRound,
  run: () => undefined,
});
const REVIEW = named("Review", "Go to");
const REVA = named("Reva", "Contacts");
const RAOUL = named("Raoul", "Contacts");

interface Shown {
  words: string;
  commands: readonly Command[];
  isLooking: boolean;
}

function palette(initialProps: Shown) {
  const ran: string[] = [];
  const run = ({ label }: Command) => void ran.push(label);
  const hook = renderHook(
    ({ words, commands, isLooking }: Shown) => useChoice(words, commands, { isLooking, run }),
    { initialProps },
  );
  return {
    ran,
    chosen: () => hook.result.current.chosen?.label,
    choose: (command: Command) => act(() => hook.result.current.choose(command)),
    enter: () => act(() => hook.result.current.confirm()),
    show: (shown: Shown) => act(() => hook.rerender(shown)),
  };
}

it("stays with what is chosen when people are found above it", () => {
  const { chosen, show, enter, ran } = palette({ words: "rev", commands: [REVIEW], isLooking: true });

  show({ words: "rev", commands: [REVA, REVIEW], isLooking: false });
  expect(chosen()).toBe("Review");
  enter();

  expect(ran).toEqual(["Review"]);
});

it("stays with whom one walked to, and begins anew with other words", () => {
  const { chosen, choose, show } = palette({ words: "r", commands: [REVA, REVIEW], isLooking: false });

  choose(REVIEW);
  show({ words: "r", commands: [RAOUL, REVA, REVIEW], isLooking: false });
  expect(chosen()).toBe("Review");
  show({ words: "ra", commands: [RAOUL], isLooking: false });

  expect(chosen()).toBe("Raoul");
});

it("waits with Enter until somebody is found, and runs nobody twice", () => {
  const { show, enter, ran } = palette({ words: "reva", commands: [], isLooking: true });

  enter();
  expect(ran).toEqual([]);
  show({ words: "reva", commands: [REVA], isLooking: false });
  show({ words: "reva", commands: [REVA, RAOUL], isLooking: false });

  expect(ran).toEqual(["Reva"]);
});

it("forgets an Enter when nobody is found, or when the words go on", () => {
  const { show, enter, ran } = palette({ words: "rev", commands: [], isLooking: true });

  enter();
  show({ words: "reva", commands: [], isLooking: true });
  show({ words: "reva", commands: [REVA], isLooking: false });
  expect(ran).toEqual([]);
  show({ words: "nobody", commands: [], isLooking: true });
  enter();
  show({ words: "nobody", commands: [], isLooking: false });
  show({ words: "nobody", commands: [REVA], isLooking: false });

  expect(ran).toEqual([]);
});

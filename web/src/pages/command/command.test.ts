import { UserRound } from "lucide-react";
import { expect, it } from "vitest";
import { type Command, isNamed, matching } from "./command";

function named(label: string, group: Command["group"] = "Actions"): Command {
  return { id: label, group, label, icon: UserRound, run: () => undefined };
}

it.each([
  ["", ["Dark theme", "Light theme", "Contacts"]],
  ["  THEME ", ["Dark theme", "Light theme"]],
  ["theme dark", ["Dark theme"]],
  ["go", ["Contacts"]],
  ["nothing at all", []],
])("finds by %j", (words, labels) => {
  const commands = [named("Dark theme"), named("Light theme"), named("Contacts", "Go to")];

  expect(matching(commands, words).map(({ label }) => label)).toEqual(labels);
});

it.each([
  ["adam smith", true],
  ["SMITH acme", true],
  ["adam jones", false],
])("knows whether %j means somebody who was found for less", (words, means) => {
  expect(isNamed({ label: "Adam Smith", about: "Acme · adam@acme.test" }, words)).toBe(means);
});

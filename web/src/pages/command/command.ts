import type { LucideIcon } from "lucide-react";

/** Something that can be gone to or done, by its name. */
export interface Command {
  id: string;
  group: "Contacts" | "Go to" | "Views" | "Actions";
  label: string;
  about?: string | undefined;
  icon: LucideIcon;
  run: () => unknown;
}

/** What a command is known by while others come and go beside it. */
export function keyOf({ group, id }: Command): string {
  return `${group}/${id}`;
}

/** Whether somebody or something has every word in what is shown of it. */
export function isNamed({ label, about }: Pick<Command, "label" | "about">, words: string): boolean {
  const shown = `${label} ${about ?? ""}`.toLowerCase();
  return wordsIn(words).every((word) => shown.includes(word));
}

/** Those of the commands that have every word in their names. */
export function matching(commands: readonly Command[], words: string): Command[] {
  const asked = wordsIn(words);
  return commands.filter(({ label, group }) => {
    const name = `${group} ${label}`.toLowerCase();
    return asked.every((word) => name.includes(word));
  });
}

function wordsIn(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

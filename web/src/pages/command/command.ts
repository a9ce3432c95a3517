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

/** Those of the commands that have every word in their names. */
export function matching(commands: readonly Command[], words: string): Command[] {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label, group }) => {
    const name = `${group} ${label}`.toLowerCase();
    return asked.every((word) => name.includes(word));
  });
}

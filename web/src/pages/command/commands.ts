import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  Bookmark,
  Gauge,
  Keyboard,
  LogOut,
  type LucideIcon,
  MessagesSquare,
  Monitor,
  Moon,
  Plus,
  Sun,
  UserRound,
} from "lucide-react";
import { signOut } from "../../api/client";
import { wordsOf } from "../../api/problem";
import { contactsFoundQuery, viewsQuery } from "../../api/queries";
import { nameOf } from "../../ui/format";
import { chooseTheme } from "../../ui/theme";
import { toasts } from "../../ui/toasts";
import { searchOf } from "../contacts/views/views";
import { usePlaces } from "../places";
import { type Command, isNamed } from "./command";
import { useRested } from "./use-rested";

const FOUND = 6;

interface Found {
  found: Command[];
  /** Whether the words as they stand are still being looked for. */
  isLooking: boolean;
  error: unknown;
}

/** People by what was typed, found while it is typed: never those of other words than stand there now. */
export function useFoundContacts(typed: string): Found {
  const navigate = useNavigate();
  const words = typed.trim();
  const rested = useRested(words);
  const contacts = useQuery({
    ...contactsFoundQuery(rested, FOUND),
    enabled: rested !== "",
    placeholderData: (before) => before,
  });
  const rows = words === "" ? [] : (contacts.data ?? []);
  const found = rows.map(
    (row): Command => ({
      id: row.id,
      group: "Contacts",
      label: nameOf(row),
      about: [row.company, row.email].filter(Boolean).join(" · "),
      icon: UserRound,
      run: () => navigate({ to: "/contacts/$contactId", params: { contactId: row.id } }),
    }),
  );
  const isOfThese = words === rested && !contacts.isPlaceholderData;
  return {
    // Of those found before, only who is meant by these words too.
    found: isOfThese ? found : found.filter((one) => isNamed(one, words)),
    isLooking: words !== "" && (words !== rested || contacts.isFetching),
    error: isOfThese && words !== "" ? contacts.error : null,
  };
}

/** All that can be done from everywhere. */
export function useCommands({
  showKeys,
  openChat,
}: {
  showKeys: () => void;
  openChat: (() => void) | undefined;
}): Command[] {
  const navigate = useNavigate();
  const views = useQuery(viewsQuery);
  const places = usePlaces().map(
    ({ to, label, icon, key }): Command => ({
      id: to,
      group: "Go to",
      label,
      about: `g then ${key}`,
      icon,
      run: () => navigate({ to }),
    }),
  );
  const kept = (views.data ?? []).map(
    (view): Command => ({
      id: view.id,
      group: "Views",
      label: view.name,
      icon: Bookmark,
      run: () => navigate({ to: "/contacts", search: searchOf(view) }),
    }),
  );
  const act = (label: string, icon: LucideIcon, run: () => unknown): Command => ({
    id: label,
    group: "Actions",
    label,
    icon,
    run,
  });
  return [
    ...places,
    ...kept,
    ...(openChat ? [act("Ask the assistant", MessagesSquare, openChat)] : []),
    act("Usage and limits", Gauge, () => navigate({ to: "/usage" })),
    act("Connect an account", Plus, () => navigate({ to: "/connections" })),
    act("Light theme", Sun, () => chooseTheme("light")),
    act("Dark theme", Moon, () => chooseTheme("dark")),
    act("The system's theme", Monitor, () => chooseTheme("system")),
    act("Show the keys", Keyboard, showKeys),
    act("Sign out", LogOut, () => signOut().catch((error) => toasts.warn(wordsOf(error)))),
  ];
}

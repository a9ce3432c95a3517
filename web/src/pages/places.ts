import { Cable, GitCompareArrows, History, type LucideIcon, Settings, UsersRound } from "lucide-react";

interface Place {
  to: "/contacts" | "/review" | "/connections" | "/activity" | "/settings";
  label: string;
  icon: LucideIcon;
  /** What is pressed after `g` to go there. */
  key: string;
}

/** Where one can go from everywhere: by the navigation, the palette and the keyboard. */
export const PLACES: readonly Place[] = [
  { to: "/contacts", label: "Contacts", icon: UsersRound, key: "c" },
  { to: "/review", label: "Review", icon: GitCompareArrows, key: "r" },
  { to: "/connections", label: "Connections", icon: Cable, key: "n" },
  { to: "/activity", label: "Activity", icon: History, key: "a" },
  { to: "/settings", label: "Settings", icon: Settings, key: "s" },
];

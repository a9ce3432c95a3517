import { Cable, type LucideIcon, UsersRound } from "lucide-react";

interface Place {
  to: "/contacts" | "/connections";
  label: string;
  icon: LucideIcon;
  /** What is pressed after `g` to go there. */
  key: string;
}

/** Where one can go from everywhere: by the navigation, the palette and the keyboard. */
export const PLACES: readonly Place[] = [
  { to: "/contacts", label: "Contacts", icon: UsersRound, key: "c" },
  { to: "/connections", label: "Connections", icon: Cable, key: "n" },
];

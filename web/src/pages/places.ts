import { useQuery } from "@tanstack/react-query";
import {
  Cable,
  GitCompareArrows,
  History,
  ListChecks,
  type LucideIcon,
  Settings,
  UsersRound,
} from "lucide-react";
import { assistantQuery } from "../api/assistant";

export interface Place {
  to: "/contacts" | "/review" | "/proposals" | "/connections" | "/activity" | "/settings";
  label: string;
  icon: LucideIcon;
  /** What is pressed after `g` to go there. */
  key: string;
  /** Whether it is there only where an assistant runs. */
  needsAssistant?: true;
}

const PLACES: readonly Place[] = [
  { to: "/contacts", label: "Contacts", icon: UsersRound, key: "c" },
  { to: "/review", label: "Review", icon: GitCompareArrows, key: "r" },
  { to: "/proposals", label: "Proposals", icon: ListChecks, key: "p", needsAssistant: true },
  { to: "/connections", label: "Connections", icon: Cable, key: "n" },
  { to: "/activity", label: "Activity", icon: History, key: "a" },
  { to: "/settings", label: "Settings", icon: Settings, key: "s" },
];

/** Where one can go from everywhere: by the navigation, the palette and the keyboard. */
export function usePlaces(): readonly Place[] {
  const hasAssistant = useQuery(assistantQuery).data === true;
  return PLACES.filter(({ needsAssistant }) => hasAssistant || !needsAssistant);
}

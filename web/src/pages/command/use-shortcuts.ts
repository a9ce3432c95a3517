import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { areSingleKeysOn } from "../../ui/single-keys";
import { isCovered, isTyping } from "../../ui/typing";
import { usePlaces } from "../places";

/** How long a `g` waits for the letter that says where to. */
const SEQUENCE_MS = 1_500;

export type Overlay = "palette" | "keys";

interface Shortcuts {
  show: (overlay: Overlay) => void;
  toggleChat: (() => void) | undefined;
}

/** The keys that mean the same on every page. */
export function useShortcuts({ show, toggleChat }: Shortcuts): void {
  const navigate = useNavigate();
  const places = usePlaces();
  const began = useRef(Number.NEGATIVE_INFINITY);

  const press = useEffectEvent((event: KeyboardEvent) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isCommand && event.key.toLowerCase() === "k" && !isCovered()) {
      event.preventDefault();
      show("palette");
    }
    if (isCommand && toggleChat && event.key.toLowerCase() === "j" && !isCovered()) {
      event.preventDefault();
      toggleChat();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isCovered()) return;
    if (!areSingleKeysOn()) return;
    if (event.key === "?") show("keys");
    if (isLetter(event.key) && event.timeStamp - began.current < SEQUENCE_MS) {
      // It is the second half of a word of these keys, and means nothing to the page that is left.
      event.preventDefault();
      const place = places.find(({ key }) => key === event.key);
      if (place) void navigate({ to: place.to });
    }
    began.current = event.key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    // Before the keys of a page, which leave alone what was taken here.
    document.addEventListener("keydown", listen, { capture: true });
    return () => document.removeEventListener("keydown", listen, { capture: true });
  }, []);
}

function isLetter(key: string): boolean {
  return /^[a-z]$/.test(key);
}

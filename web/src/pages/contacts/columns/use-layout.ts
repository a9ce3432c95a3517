import { useState } from "react";
import { FIRST_LAYOUT, type Layout, readLayout } from "./columns";

const keyOf = (userId: string) => `lead-columns-${userId}`;

/** The columns as this person left them in this browser; one that keeps nothing has them until the page is closed. */
export function useLayout(userId: string): readonly [Layout, (layout: Layout) => void] {
  const [layout, setLayout] = useState(() => stored(userId));
  const keep = (changed: Layout) => {
    setLayout(changed);
    try {
      localStorage.setItem(keyOf(userId), JSON.stringify(changed));
    } catch {
      // Nothing is kept here; what is shown is right all the same.
    }
  };
  return [layout, keep];
}

function stored(userId: string): Layout {
  try {
    return readLayout(JSON.parse(localStorage.getItem(keyOf(userId)) ?? "null"));
  } catch {
    return FIRST_LAYOUT;
  }
}

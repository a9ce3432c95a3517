import { cx } from "./class-names";

/** How something is, in a few words and a colour. */
export interface Standing {
  tone: "good" | "info" | "warn" | "bad";
  words: string;
}

const TONES = {
  good: "bg-good-soft text-good",
  info: "bg-info-soft text-accent",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
} as const;

/** How something stands, in its colour. */
export function StatePill({ standing }: { standing: Standing }) {
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 whitespace-nowrap rounded-full px-2 py-0.5 font-medium text-xs",
        TONES[standing.tone],
      )}
    >
      <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
      {standing.words}
    </span>
  );
}

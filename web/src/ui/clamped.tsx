import { useLayoutEffect, useRef, useState } from "react";
import { cx } from "./class-names";

/** A text of which the first four lines are shown, and all of it where somebody wants that. */
export function Clamped({ text, className }: { text: string; className?: string }) {
  const shown = useRef<HTMLParagraphElement>(null);
  const [isWhole, setWhole] = useState(false);
  const [isLong, setLong] = useState(false);
  useLayoutEffect(() => {
    const paragraph = shown.current;
    if (!paragraph) return;
    // How many lines it takes hangs on the width it has; one that is shown whole was long before.
    const measure = () =>
      setLong((before) => (isWhole ? before : paragraph.scrollHeight > paragraph.clientHeight + 1));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(paragraph);
    return () => watch.disconnect();
  }, [isWhole]);
  return (
    <>
      <p
        ref={shown}
        className={cx("whitespace-pre-line [overflow-wrap:anywhere]", !isWhole && "line-clamp-4", className)}
      >
        {text}
      </p>
      {isLong && (
        <button
          type="button"
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
          className="rounded text-accent text-xs hover:underline"
        >
          {isWhole ? "Show less" : "Show all"}
        </button>
      )}
    </>
  );
}

import { Link } from "@tanstack/react-router";
import { useProviderOf } from "../../ui/providers";
import { placeOf, type SourcePart } from "./parts";
import { sourceWords } from "./source-words";

const CHIP = "inline-flex h-6 max-w-full items-center gap-1.5 rounded-md border bg-raised px-1.5 text-xs";

/** The records that an answer rests on, numbered; each leads to the record. */
export function SourceChips({ sources }: { sources: readonly SourcePart[] }) {
  const providerOf = useProviderOf();
  if (sources.length === 0) return null;
  return (
    <ol aria-label="Sources" className="mt-2 flex flex-wrap gap-1">
      {sources.map((source, at) => {
        const place = source.type === "source-url" ? placeOf(source.url, window.location.origin) : undefined;
        const title = sourceWords(source.title ?? source.sourceId, (name) => providerOf(name).label);
        const inside = (
          <>
            <span className="grid size-4 shrink-0 place-items-center rounded bg-hover text-[0.65rem] text-muted tabular-nums">
              {at + 1}
            </span>
            <span className="truncate">{title}</span>
          </>
        );
        return (
          <li key={source.sourceId} className="min-w-0">
            {place ? (
              <Link {...place} title={title} className={`${CHIP} hover:bg-hover`}>
                {inside}
              </Link>
            ) : (
              <span className={CHIP}>{inside}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

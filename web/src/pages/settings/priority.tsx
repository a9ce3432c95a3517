import { ArrowUp } from "lucide-react";
import { useState } from "react";
import { useProviderOf } from "../../ui/providers";
import { movedUp } from "./rules";

interface PriorityProps {
  trusted: readonly string[];
  providers: readonly string[];
}

/** Which source is believed most, where a field goes by that. */
export function Priority({ trusted, providers }: PriorityProps) {
  const providerOf = useProviderOf();
  const [names, setNames] = useState(() => [
    ...trusted,
    ...providers.filter((name) => !trusted.includes(name)),
  ]);
  // Those that nobody ranked come last anyway: an order is sent only once somebody made one.
  const [isRanked, setRanked] = useState(trusted.length > 0);
  const ranked = isRanked ? names : [];
  return (
    <fieldset className={names.length < 2 ? "hidden" : ""}>
      <legend className="mb-1 font-medium text-sm">Sources, the most trusted first</legend>
      <p className="mb-2 text-muted text-xs">Used where “Most trusted source” is chosen.</p>
      <input type="hidden" name="priority" value={ranked.join("\n")} />
      <ol className="max-w-xs divide-y rounded-md border">
        {names.map((name, at) => (
          <li key={name} className="flex h-9 items-center gap-2 px-2.5 text-sm">
            <span className="w-4 text-muted text-xs tabular-nums">{at + 1}</span>
            <span className="flex-1">{providerOf(name).label}</span>
            <button
              type="button"
              disabled={at === 0}
              onClick={() => {
                setNames(movedUp(names, name));
                setRanked(true);
              }}
              aria-label={`Trust ${providerOf(name).label} more`}
              className="grid size-7 place-items-center rounded-md text-muted enabled:hover:bg-hover enabled:hover:text-ink disabled:opacity-40"
            >
              <ArrowUp aria-hidden="true" className="size-3.5" />
            </button>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}

import type { Sync } from "../../api/types";
import { isUnderWay, tallyOf } from "../../live/progress";
import { Ago } from "../../ui/ago";
import { cx } from "../../ui/class-names";
import { count, inWords } from "../../ui/format";

/** The syncs before, for who wants to know. */
export function RunList({ syncs }: { syncs: readonly Sync[] }) {
  return (
    <details>
      <summary className="w-fit rounded text-muted text-xs hover:text-ink">Earlier syncs</summary>
      <div className="mt-2 overflow-x-auto">
        <table className="w-full text-sm tabular-nums">
          <thead>
            <tr className="text-left text-muted text-xs">
              {["Began", "Kind", "Outcome", "Read", "Added", "Updated", "Deleted"].map((head) => (
                <th key={head} scope="col" className="py-1 pr-4 font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {syncs
              .filter((sync) => !isUnderWay(sync))
              .map((sync) => (
                <Run key={sync.id} sync={sync} />
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Run({ sync }: { sync: Sync }) {
  const tally = tallyOf(sync);
  return (
    <tr className="border-t">
      <td className="py-1.5 pr-4">
        <Ago at={sync.started_at} />
      </td>
      <td className="pr-4">{inWords(sync.mode)}</td>
      <td className={cx("pr-4", sync.state === "failed" && "text-bad")} title={sync.problem ?? undefined}>
        {inWords(sync.state)}
      </td>
      {[tally.fetched, tally.added, tally.updated, tally.gone].map((number, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns never move
        <td key={index} className="pr-4">
          {count(number)}
        </td>
      ))}
    </tr>
  );
}

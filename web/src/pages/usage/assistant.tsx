import { useQuery } from "@tanstack/react-query";
import { usageQuery } from "../../api/assistant";
import type { Usage, UsageDay } from "../../api/types";
import { Failure } from "../../ui/failure";
import { count, counted } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { Section } from "../settings/section";
import { costInWords, dayName, totalOf, written } from "./days";

/** What the assistant was asked, and the tokens that took, today and day by day. */
export function Assistant() {
  const usage = useQuery(usageQuery);
  return (
    <Section title="Assistant" says="What its answers took, in tokens: roughly, four letters are one.">
      {usage.isPending && <Loading />}
      {usage.isError && <Failure error={usage.error} retry={usage.refetch} />}
      {usage.data && <Today usage={usage.data} />}
      {usage.data && <Days days={usage.data.days} />}
    </Section>
  );
}

function Today({ usage: { model, is_stand_in, tokens_a_day, used_today } }: { usage: Usage }) {
  const share = Math.min(used_today, tokens_a_day);
  return (
    <div className="space-y-1 text-sm tabular-nums">
      <div className="flex justify-between gap-3">
        <span>
          Today
          {model && <span className="text-muted"> · {is_stand_in ? "the sandbox's stand-in" : model}</span>}
        </span>
        <span className="text-muted">
          {count(used_today)} of {count(tokens_a_day)}
        </span>
      </div>
      <progress className="bar" aria-label="Tokens used today" max={tokens_a_day || 1} value={share} />
      {is_stand_in && (
        <p className="text-muted text-xs">
          A stand-in answers here, not a model: the tokens are estimated, and nothing is charged.
        </p>
      )}
      {used_today >= tokens_a_day && (
        <p className="text-warn text-xs">Used up; it answers again from midnight on (UTC).</p>
      )}
    </div>
  );
}

function Days({ days }: { days: readonly UsageDay[] }) {
  if (days.length === 0) return <p className="mt-4 text-muted text-sm">Nothing was asked yet.</p>;
  const most = Math.max(...days.map(totalOf), 1);
  const cost = costInWords(days);
  const all = days.reduce((sum, day) => sum + totalOf(day), 0);
  return (
    <div className="mt-5 overflow-x-auto">
      <table className="w-full text-sm tabular-nums sm:min-w-lg">
        <caption className="mb-1 text-left text-muted text-xs">
          {counted(all, "token")} in {counted(days.length, "day")}
          {cost && `, ${cost}`}
        </caption>
        <thead className="border-b text-left text-muted text-xs">
          <tr>
            {["Day", "Answers", "Read", "From the cache", "Written"].map((head, at) => (
              <th
                key={head}
                scope="col"
                className={at > 0 ? HEAD_OF_NUMBERS : "py-1.5 align-bottom font-normal"}
              >
                {head}
              </th>
            ))}
            <th scope="col" className="w-1/4 py-1.5 pl-6 font-normal max-sm:hidden">
              In all
            </th>
          </tr>
        </thead>
        <tbody className="divide-y">
          {days.map((day) => (
            <tr key={day.day}>
              <th scope="row" className="whitespace-nowrap py-1.5 text-left font-normal">
                {dayName(day.day)}
              </th>
              <td className={NUMBER}>{count(day.turns)}</td>
              <td className={NUMBER}>{written(day.input_tokens)}</td>
              <td className={NUMBER}>{written(day.cache_read_tokens)}</td>
              <td className={NUMBER}>{written(day.output_tokens)}</td>
              <td className="py-1.5 pl-6 max-sm:hidden">
                <progress
                  className="bar"
                  aria-label={counted(totalOf(day), "token")}
                  max={most}
                  value={totalOf(day)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const HEAD_OF_NUMBERS = "py-1.5 pl-3 text-right align-bottom font-normal";
const NUMBER = "py-1.5 pl-3 text-right";

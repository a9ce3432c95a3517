import { useInfiniteQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { historyQuery } from "../../api/queries";
import type { ContactDetail } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Failure } from "../../ui/failure";
import { Loading } from "../../ui/loading";
import { ShowEarlier } from "../../ui/show-earlier";
import { Step } from "../../ui/step";
import { Entry } from "../past/entry";

/** How this record came to be who it is: what joined, what parted, who said so and why, each with its way back. */
export function History({ contact }: { contact: ContactDetail }) {
  const list = useInfiniteQuery(historyQuery(contact.id));
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError && entries.length === 0) return <Failure error={list.error} retry={list.refetch} />;
  if (list.isPending) return <Loading />;
  return (
    <>
      <ol>
        {entries.map((entry) => (
          <Entry key={entry.number} entry={entry} />
        ))}
        {list.hasNextPage || (
          <Step icon={Sparkles}>
            <p className="font-medium">First seen</p>
            {entries.length === 0 && (
              <p className="text-muted text-sm">Nothing joined it and nothing parted from it since.</p>
            )}
            <p className="mt-1 text-muted text-xs">
              <Ago at={contact.created_at} />
            </p>
          </Step>
        )}
      </ol>
      <ShowEarlier list={list} />
    </>
  );
}

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { wordsOf } from "../../api/problem";
import { rulesKey, rulesVersionsQuery } from "../../api/rules";
import type { RulesVersion } from "../../api/types";
import { useUser } from "../../api/use-session";
import { Ago } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { ShowEarlier } from "../../ui/show-earlier";
import { toasts } from "../../ui/toasts";
import { whoOf } from "../past/entry-words";
import { saidOf } from "./rules";

/** The number by which the defaults are asked for. */
const DEFAULTS = 0;

/** The rules that held before, and the way back to them. */
export function RulesVersions() {
  const list = useInfiniteQuery(rulesVersionsQuery);
  const versions = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isError) return <Failure error={list.error} retry={list.refetch} />;
  if (versions.length === 0) return null;
  return (
    <section aria-labelledby="versions" className="mt-6 border-t pt-4">
      <h3 id="versions" className="mb-1 font-medium text-sm">
        Rules that held
      </h3>
      <ol className="divide-y">
        {versions.map((version, at) => (
          <Version key={version.version} version={version} holds={at === 0} />
        ))}
        {list.hasNextPage || <Defaults />}
      </ol>
      <ShowEarlier list={list} />
    </section>
  );
}

function Version({ version, holds }: { version: RulesVersion; holds: boolean }) {
  const me = useUser()?.id;
  return (
    <li className="flex items-center gap-3 py-2 text-sm">
      <div className="min-w-0 flex-1">
        <p>
          Version {version.version}
          {version.restores != null &&
            (version.restores === 0 ? ", the defaults again" : `, as version ${version.restores}`)}
          <span className="text-muted"> · {saidOf(version)}</span>
        </p>
        <p className="text-muted text-xs">
          {whoOf({ by: version.made_by }, me)} · <Ago at={version.held_from} />
        </p>
      </div>
      {holds ? (
        <span className="rounded-md bg-good-soft px-1.5 py-0.5 text-good text-xs">Holds</span>
      ) : (
        <Restore version={version.version} name={`version ${version.version}`} />
      )}
    </li>
  );
}

/** What everybody begins with; no version of anybody's. */
function Defaults() {
  return (
    <li className="flex items-center gap-3 py-2 text-sm">
      <p className="min-w-0 flex-1">The defaults</p>
      <Restore version={DEFAULTS} name="the defaults" />
    </li>
  );
}

function Restore({ version, name }: { version: number; name: string }) {
  const client = useQueryClient();
  const restoring = useMutation({
    mutationFn: () => {
      const params = { path: { version } };
      return answered(api.POST("/rules/versions/{version}/restore", { params }));
    },
    onSuccess: () => toasts.say(`The rules of ${name} hold again`),
    onError: (error) => toasts.warn(wordsOf(error)),
    onSettled: () => client.invalidateQueries({ queryKey: rulesKey }),
  });
  return (
    <Button
      look="quiet"
      busy={restoring.isPending}
      aria-label={`Restore ${name}`}
      onClick={() => restoring.mutate()}
    >
      Restore
    </Button>
  );
}

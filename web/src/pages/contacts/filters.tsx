import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { type ContactFilter, connectionsQuery, removedConnectionsQuery } from "../../api/queries";
import type { Sort } from "../../api/types";
import { DEFAULT_SORT, sortOf } from "../../search-params";
import { cx } from "../../ui/class-names";
import { ProviderMark, useProviderOf } from "../../ui/providers";
import { useSearchWords } from "./use-search-words";

const SORT_LABELS: Readonly<Record<Sort, string>> = {
  "-updated_at": "Last updated",
  updated_at: "Longest not updated",
  "-created_at": "Newest",
  created_at: "Oldest",
  name: "Name, A to Z",
  "-name": "Name, Z to A",
  email: "Email, A to Z",
  "-email": "Email, Z to A",
  company: "Company, A to Z",
  "-company": "Company, Z to A",
  "-last_interaction_at": "Last in touch",
  last_interaction_at: "Longest not in touch",
};
const SORTS = Object.entries(SORT_LABELS) as [Sort, string][];

/** What narrows the list, and its order; all of it lives in the address. */
export function Filters({ filter }: { filter: ContactFilter }) {
  const navigate = useNavigate({ from: "/contacts" });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox q={filter.q ?? ""} />
      <div className="order-last w-full sm:order-none sm:w-auto">
        <SourceFilter source={filter.source} />
      </div>
      <label className="flex sm:ml-auto items-center gap-1.5 text-muted text-sm">
        <span className="sr-only sm:not-sr-only">Sort</span>
        <select
          value={filter.sort ?? DEFAULT_SORT}
          onChange={(event) => {
            const sort = sortOf(event.target.value);
            void navigate({ search: (before) => ({ ...before, sort }) });
          }}
          className="h-8 rounded-md border border-edge bg-raised px-2 text-ink text-sm"
        >
          {SORTS.map(([sort, label]) => (
            <option key={sort} value={sort}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function SearchBox({ q }: { q: string }) {
  const navigate = useNavigate({ from: "/contacts" });
  const input = useRef<HTMLInputElement>(null);
  const search = useCallback(
    (words: string) =>
      void navigate({ search: (before) => ({ ...before, q: words || undefined }), replace: true }),
    [navigate],
  );
  const [words, setWords] = useSearchWords(q, search);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);

  return (
    <search className="relative min-w-40 flex-1 sm:max-w-72">
      <Search aria-hidden="true" className="absolute top-2.25 left-2.5 size-3.5 text-muted" />
      <input
        ref={input}
        type="search"
        aria-label="Search contacts"
        placeholder="Search name or email"
        value={words}
        maxLength={200}
        onChange={(event) => setWords(event.target.value)}
        className="h-8 w-full rounded-md border border-edge bg-raised pr-8 pl-8 text-sm placeholder:text-muted [&::-webkit-search-cancel-button]:hidden"
      />
      {words ? (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => setWords("")}
          className="absolute top-1 right-1 grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-ink"
        >
          <X aria-hidden="true" className="size-3.5" />
        </button>
      ) : (
        <span
          aria-hidden="true"
          className="absolute top-1.75 right-2 hidden rounded border px-1 text-muted text-xs sm:block"
        >
          /
        </span>
      )}
    </search>
  );
}

function SourceFilter({ source }: { source: string | undefined }) {
  const providerOf = useProviderOf();
  const navigate = useNavigate({ from: "/contacts" });
  const connected = useQuery(connectionsQuery);
  const kept = useQuery(removedConnectionsQuery);
  const names = new Set([...(connected.data ?? []), ...(kept.data ?? [])].map((one) => one.provider));
  if (source) names.add(source);
  if (names.size < 2 && !source) return null;
  const toggle = (name: string) =>
    void navigate({ search: (before) => ({ ...before, source: name === source ? undefined : name }) });
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">Only from</legend>
      {[...names].sort().map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === source}
          onClick={() => toggle(name)}
          className={cx(
            "flex h-8 items-center gap-1.5 rounded-md border px-2 text-sm",
            name === source
              ? "border-accent bg-info-soft"
              : "border-edge border-dashed text-muted hover:bg-hover",
          )}
        >
          <ProviderMark name={name} />
          {providerOf(name).label}
        </button>
      ))}
    </fieldset>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))
  );
}

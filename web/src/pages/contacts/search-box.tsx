import { useNavigate } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { areSingleKeysOn } from "../../ui/single-keys";
import { isCovered, isTyping } from "../../ui/typing";
import { useSearchWords } from "./use-search-words";

/** Words to look for, looked for while they are typed; `/` leads here. */
export function SearchBox({ q }: { q: string }) {
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
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target) || isCovered())
        return;
      if (!areSingleKeysOn()) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);

  return (
    <search className="relative min-w-40 flex-1 sm:max-w-64">
      <Search aria-hidden="true" className="absolute top-2.25 left-2.5 size-3.5 text-muted" />
      <input
        ref={input}
        type="search"
        aria-label="Search contacts"
        placeholder="Search contacts"
        value={words}
        maxLength={200}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && words === "" && input.current?.blur()}
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
      ) : areSingleKeysOn() ? (
        <span
          aria-hidden="true"
          className="absolute top-1.75 right-2 hidden rounded border px-1 font-sans text-muted text-xs sm:block"
        >
          /
        </span>
      ) : null}
    </search>
  );
}

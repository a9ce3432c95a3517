import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { draftOf, keepDraft } from "./drafts";

const LONGEST = 10_000;

interface ComposerProps {
  threadId: string;
  about: string | undefined;
  isBusy: boolean;
  /** The box is there; whoever opened it may want the focus in it. */
  onShown: (box: HTMLElement) => void;
  send: (text: string) => void;
  stop: () => void;
}

/** Where a question is written: Enter sends it, Shift+Enter begins a line. */
export function Composer({ threadId, about, isBusy, onShown, send, stop }: ComposerProps) {
  const [text, setText] = useState(() => draftOf(threadId));
  const input = useRef<HTMLTextAreaElement>(null);
  const isReady = text.trim() !== "" && !isBusy;

  const show = useEffectEvent(onShown);
  useEffect(() => {
    if (input.current) show(input.current);
  }, []);

  const write = (changed: string) => {
    setText(changed);
    keepDraft(threadId, changed);
  };
  const submit = () => {
    if (!isReady) return;
    send(text.trim());
    write("");
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="m-3 rounded-xl border border-field bg-raised focus-within:border-accent focus-within:ring-1 focus-within:ring-accent"
    >
      <textarea
        ref={input}
        aria-label="Ask about your contacts"
        placeholder={about ? `Ask about ${about}, or anybody …` : "Ask about your contacts …"}
        value={text}
        maxLength={LONGEST}
        rows={2}
        onChange={(event) => write(event.target.value)}
        onKeyDown={press}
        className="block field-sizing-content max-h-48 min-h-16 w-full resize-none bg-transparent px-3 pt-2.5 text-base placeholder:text-muted focus-visible:outline-none"
      />
      <div className="flex items-center justify-end p-1.5">
        {isBusy ? (
          <button
            type="button"
            aria-label="Stop"
            onClick={stop}
            className="grid size-8 place-items-center rounded-lg border border-edge hover:bg-hover"
          >
            <Square aria-hidden="true" className="size-3.5 fill-current" />
          </button>
        ) : (
          <button
            type="submit"
            aria-label="Send"
            disabled={!isReady}
            className="grid size-8 place-items-center rounded-lg bg-button text-white enabled:hover:bg-button-hover disabled:opacity-40"
          >
            <ArrowUp aria-hidden="true" className="size-4" />
          </button>
        )}
      </div>
    </form>
  );
}

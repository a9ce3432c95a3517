import { Check, Clock, Undo2, X } from "lucide-react";
import { useEffect, useEffectEvent } from "react";
import { Button } from "../../ui/button";
import { isCovered, isTyping } from "../../ui/typing";
import type { Word } from "./use-answers";

interface AnswerBarProps {
  /** Whether an answer is on its way. */
  isBusy: boolean;
  canUndo: boolean;
  answer: (word: Word) => void;
  undo: () => void;
}

const WORDS: Readonly<Record<string, Word>> = { s: "same", d: "different", l: "later" };

/** The answers to a question, by click or by the key that stands on each. */
export function AnswerBar({ isBusy, canUndo, answer, undo }: AnswerBarProps) {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
    if (!isPlain || isBusy || isTyping(event.target) || isCovered() || event.defaultPrevented) return;
    const word = WORDS[event.key];
    if (word) answer(word);
    if (event.key === "u" && canUndo) undo();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  return (
    <div
      role="toolbar"
      aria-label="Your answer"
      className="flex flex-wrap gap-1.5 sm:gap-2 max-sm:[&_svg]:hidden"
    >
      <Button look="primary" disabled={isBusy} aria-keyshortcuts="s" onClick={() => answer("same")}>
        <Check aria-hidden="true" className="size-3.5" />
        Same person <Key>S</Key>
      </Button>
      <Button disabled={isBusy} aria-keyshortcuts="d" onClick={() => answer("different")}>
        <X aria-hidden="true" className="size-3.5" />
        Different <Key>D</Key>
      </Button>
      <Button disabled={isBusy} aria-keyshortcuts="l" onClick={() => answer("later")}>
        <Clock aria-hidden="true" className="size-3.5" />
        Later <Key>L</Key>
      </Button>
      <Button look="quiet" disabled={isBusy || !canUndo} aria-keyshortcuts="u" onClick={undo}>
        <Undo2 aria-hidden="true" className="size-3.5" />
        Undo <Key>U</Key>
      </Button>
    </div>
  );
}

function Key({ children }: { children: string }) {
  return (
    <span
      aria-hidden="true"
      className="hidden rounded border border-current px-1 font-sans text-xs sm:inline"
    >
      {children}
    </span>
  );
}

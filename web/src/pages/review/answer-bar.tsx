import { Check, Clock, Undo2, X } from "lucide-react";
import { type ReactNode, useEffect, useEffectEvent } from "react";
import { Button, type ButtonLook } from "../../ui/button";
import { areSingleKeysOn } from "../../ui/single-keys";
import { isCovered, isTyping } from "../../ui/typing";
import type { Word } from "./use-answers";

interface AnswerBarProps {
  /** Whether there is a question. */
  canAnswer: boolean;
  /** Whether an answer is on its way. */
  isBusy: boolean;
  canUndo: boolean;
  answer: (word: Word) => void;
  undo: () => void;
}

const WORDS: Readonly<Record<string, Word>> = { s: "same", d: "different", l: "later" };

/** The answers to a question, by click or by the key that stands on each. */
export function AnswerBar({ canAnswer, isBusy, canUndo, answer, undo }: AnswerBarProps) {
  const mayAnswer = canAnswer && !isBusy;
  const mayUndo = canUndo && !isBusy;
  const press = useEffectEvent((event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
    if (!isPlain || isTyping(event.target) || isCovered() || event.defaultPrevented) return;
    if (!areSingleKeysOn()) return;
    const word = WORDS[event.key];
    if (word && mayAnswer) answer(word);
    if (event.key === "u" && mayUndo) undo();
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
      <Press look="primary" may={mayAnswer} shortcut="s" act={() => answer("same")}>
        <Check aria-hidden="true" className="size-3.5" />
        Same person <Key>S</Key>
      </Press>
      <Press may={mayAnswer} shortcut="d" act={() => answer("different")}>
        <X aria-hidden="true" className="size-3.5" />
        Different <Key>D</Key>
      </Press>
      <Press may={mayAnswer} shortcut="l" act={() => answer("later")}>
        <Clock aria-hidden="true" className="size-3.5" />
        Later <Key>L</Key>
      </Press>
      <Press look="quiet" may={mayUndo} shortcut="u" act={undo}>
        <Undo2 aria-hidden="true" className="size-3.5" />
        Undo <Key>U</Key>
      </Press>
    </div>
  );
}

interface PressProps {
  look?: ButtonLook;
  may: boolean;
  shortcut: string;
  act: () => void;
  children: ReactNode;
}

/** A button that keeps the focus while it may not be pressed: what is disabled would lose it with each answer. */
function Press({ look = "plain", may, shortcut, act, children }: PressProps) {
  return (
    <Button
      look={look}
      aria-disabled={!may}
      aria-keyshortcuts={shortcut}
      onClick={() => may && act()}
      className="aria-disabled:opacity-55"
    >
      {children}
    </Button>
  );
}

function Key({ children }: { children: string }) {
  if (!areSingleKeysOn()) return null;
  return (
    <span
      aria-hidden="true"
      className="hidden rounded border border-current px-1 font-sans text-xs sm:inline"
    >
      {children}
    </span>
  );
}

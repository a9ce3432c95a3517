import { useEffect, useEffectEvent, useState } from "react";
import { type Command, keyOf } from "./command";

interface Choice {
  chosen: Command | undefined;
  choose: (command: Command) => void;
  /** Run what is chosen, or what is found first for these words, once it is. */
  confirm: () => void;
}

/**
 * Which of the commands Enter runs: the first that was there for these words, or another that was walked to. It stays the
 * same one when more are found above it.
 */
export function useChoice(
  words: string,
  commands: readonly Command[],
  { isLooking, run }: { isLooking: boolean; run: (command: Command) => void },
): Choice {
  const [choice, setChoice] = useState({ words, key: "" });
  const [confirmed, setConfirmed] = useState<string>();
  if (confirmed !== undefined && confirmed !== words) setConfirmed(undefined);
  const [first] = commands;
  const kept = choice.words === words ? commands.find((one) => keyOf(one) === choice.key) : undefined;
  const chosen = kept ?? first;
  if (chosen && chosen !== kept) setChoice({ words, key: keyOf(chosen) });

  const runFound = useEffectEvent(() => {
    setConfirmed(undefined);
    if (chosen) run(chosen);
  });
  const isReady = confirmed === words && (chosen !== undefined || !isLooking);
  useEffect(() => {
    if (isReady) runFound();
  }, [isReady]);

  return {
    chosen,
    choose: (command) => setChoice({ words, key: keyOf(command) }),
    confirm: () => (chosen ? run(chosen) : setConfirmed(words)),
  };
}

import { useEffect, useRef, useState } from "react";

const TYPING_MS = 200;

/**
 * What stands in the search box. Typing goes to the address once it rests; the address comes back to the box only
 * when something else changed it, or it would undo what was typed in between.
 */
export function useSearchWords(q: string, search: (words: string) => void) {
  const [words, setWords] = useState(q);
  const onTheWay = useRef<string[]>([]);

  useEffect(() => {
    const arrived = onTheWay.current.indexOf(q);
    onTheWay.current = arrived < 0 ? [] : onTheWay.current.slice(arrived + 1);
    if (arrived < 0) setWords(q);
  }, [q]);

  useEffect(() => {
    if (words === (onTheWay.current.at(-1) ?? q)) return;
    const timer = setTimeout(() => {
      onTheWay.current.push(words);
      search(words);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [words, q, search]);

  return [words, setWords] as const;
}

import { cx } from "./class-names";

const HUES = [
  "bg-[light-dark(#e4e9ff,#28315c)] text-[light-dark(#2c41a8,#b9c6ff)]",
  "bg-[light-dark(#e0f3ea,#1b3a2b)] text-[light-dark(#17603a,#9fe0bd)]",
  "bg-[light-dark(#fde9dc,#44291a)] text-[light-dark(#8f3d12,#ffc09d)]",
  "bg-[light-dark(#f6e4f5,#402440)] text-[light-dark(#832c80,#ecb3ea)]",
  "bg-[light-dark(#dff1f6,#173740)] text-[light-dark(#135d70,#98dbec)]",
  "bg-[light-dark(#f5eed6,#3b3215)] text-[light-dark(#6f5506,#e8d184)]",
] as const;

/** Initials on a colour that stays the person's. */
export function Avatar({ id, name, large = false }: { id: string; name: string; large?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "grid shrink-0 select-none place-items-center rounded-full font-medium",
        large ? "size-12 text-base" : "size-6 text-[0.65rem]",
        HUES[hashOf(id) % HUES.length],
      )}
    >
      {initialsOf(name)}
    </span>
  );
}

/** The first letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...(word ?? "")][0]?.toLocaleUpperCase() ?? "").join("") || "?";
}

function hashOf(text: string): number {
  let hash = 0;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash;
}

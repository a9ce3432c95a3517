import type { Provider } from "../../../api/types";

/** A kind of file that contacts can come from. */
export interface FileKind {
  /** What its connections name as their provider. */
  provider: string;
  /** Where it is handed over, and with `/preview` behind it looked at first. */
  path: string;
  /** How its files' names end. */
  endings: readonly string[];
}

/** The kinds of file that are taken in here. */
export function fileKindsOf(providers: readonly Provider[]): FileKind[] {
  return providers.flatMap(({ name, file }) =>
    file ? [{ provider: name, path: file.path, endings: file.endings }] : [],
  );
}

/** Find the kind of a file by its name; the first one where the name says nothing. */
export function kindOf(file: Pick<File, "name">, kinds: readonly FileKind[]): FileKind | undefined {
  const name = file.name.toLowerCase();
  return kinds.find(({ endings }) => endings.some((ending) => name.endsWith(ending))) ?? kinds[0];
}

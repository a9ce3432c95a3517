/** A kind of file that contacts can come from. */
export interface FileKind {
  /** What its connections name as their provider. */
  provider: string;
  /** Where it is handed over: `/connections/{source}`. */
  source: string;
  /** What its files are called. */
  accept: string;
}

export const FILE_KINDS: readonly FileKind[] = [
  { provider: "csv_file", source: "csv", accept: ".csv,.tsv,.txt,text/csv" },
];

/** Find the kind of a file by its name; the first one where the name says nothing. */
export function kindOf(file: Pick<File, "name">): FileKind | undefined {
  const ending = /\.[^.]+$/.exec(file.name.toLowerCase())?.[0];
  return FILE_KINDS.find(({ accept }) => ending && accept.split(",").includes(ending)) ?? FILE_KINDS[0];
}

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { session } from "../../../api/client";
import { connectionsQuery, syncsKey } from "../../../api/connections";
import { readProblem } from "../../../api/problem";
import type { FilePreview, FileTaken } from "../../../api/types";
import type { FileKind } from "./kinds";
import type { Mapping } from "./mapping";

/** What is told of a file by its beginning, and this is enough of it. */
const BEGINNING_BYTES = 300_000;

export interface Said {
  mapping: Mapping | null;
  key: string | null;
}

/** What a file would become, by its first part, with what was said of its columns. */
export function usePreview(kind: FileKind, file: File, said: Said) {
  return useQuery({
    queryKey: ["file-preview", kind.path, file.name, file.size, file.lastModified, said],
    queryFn: async ({ signal }): Promise<FilePreview> => {
      const beginning = file.slice(0, BEGINNING_BYTES);
      const form = formOf(new File([beginning], file.name), said);
      const url = `${session.origin}${kind.path}/preview`;
      const answer = await session.fetch(new Request(url, { method: "POST", body: form, signal }));
      if (!answer.ok) throw await readProblem(answer);
      return (await answer.json()) as FilePreview;
    },
    placeholderData: keepPreviousData,
    // It is the person's file: asked again, it says the same.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
}

/** Hand a file over; `sent` is the part of it that has gone. */
export function useUpload(kind: FileKind, done: (taken: FileTaken) => void) {
  const client = useQueryClient();
  const [sent, setSent] = useState(0);
  const leaving = useRef<AbortController>(null);
  useEffect(() => () => leaving.current?.abort(), []);
  const upload = useMutation({
    mutationFn: async ({
      file,
      name,
      said,
    }: {
      file: File;
      name: string;
      said: Said;
    }): Promise<FileTaken> => {
      setSent(0);
      leaving.current = new AbortController();
      const form = formOf(file, said);
      form.set("name", name);
      const answer = await session.upload(kind.path, form, {
        tell: (bytes, total) => setSent(total > 0 ? bytes / total : 0),
        signal: leaving.current.signal,
      });
      if (!answer.ok) throw await readProblem(answer);
      return (await answer.json()) as FileTaken;
    },
    onSuccess: async (taken) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: connectionsQuery.queryKey }),
        client.invalidateQueries({ queryKey: syncsKey(taken.connection_id) }),
      ]);
      done(taken);
    },
  });
  return { upload, sent };
}

function formOf(file: File, { mapping, key }: Said): FormData {
  const form = new FormData();
  // The fields first: whoever reads the file as it comes knows them by then.
  if (mapping) form.set("mapping", JSON.stringify(mapping));
  if (key) form.set("key", key);
  form.set("file", file);
  return form;
}

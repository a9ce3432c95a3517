import { Upload } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { buttonClass } from "../../../ui/button";
import { cx } from "../../../ui/class-names";
import { ProviderMark, providerOf } from "../../../ui/providers";
import { FILE_KINDS, type FileKind, kindOf } from "./kinds";
import { useDrop } from "./use-drop";

const UploadDialog = lazy(async () => ({ default: (await import("./upload-dialog")).UploadDialog }));

interface Chosen {
  kind: FileKind;
  file: File;
}

/** Where a file is dropped, or chosen. */
export function FileCard() {
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const take = (file: File) => {
    const kind = kindOf(file);
    if (kind) setChosen({ kind, file });
  };
  const { isOver, target } = useDrop(take);
  const { label, says } = providerOf(FILE_KINDS[0]?.provider ?? "");
  return (
    <li
      {...target}
      className={cx(
        "flex flex-col gap-3 rounded-xl border border-edge border-dashed p-4 transition-colors sm:col-span-full sm:flex-row sm:items-center",
        isOver ? "border-accent bg-info-soft" : "bg-raised",
      )}
    >
      <div className="flex min-w-0 flex-1 items-center gap-3">
        <ProviderMark name={FILE_KINDS[0]?.provider ?? ""} large />
        <div className="min-w-0">
          <h3 className="font-semibold text-base">{label}</h3>
          <p className="text-muted text-xs">
            {isOver ? "Let go, and have a look first" : `${says}: drop it here`}
          </p>
        </div>
      </div>
      <label className={cx(buttonClass(), "has-focus-visible:outline-2 has-focus-visible:outline-accent")}>
        <Upload aria-hidden="true" className="size-3.5" />
        Choose a file
        <input
          ref={input}
          type="file"
          accept={FILE_KINDS.map(({ accept }) => accept).join(",")}
          className="sr-only"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            // The same file chosen again is a choice, too.
            event.currentTarget.value = "";
            if (file) take(file);
          }}
        />
      </label>
      {chosen && (
        <Suspense>
          <UploadDialog {...chosen} onClose={() => setChosen(null)} />
        </Suspense>
      )}
    </li>
  );
}

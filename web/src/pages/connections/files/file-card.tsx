import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { buttonClass } from "../../../ui/button";
import { cx } from "../../../ui/class-names";
import { lazily } from "../../../ui/lazily";
import { ProviderMark, useProviderOf } from "../../../ui/providers";
import { type FileKind, kindOf } from "./kinds";
import { useDrop } from "./use-drop";

const UploadDialog = lazily(async () => (await import("./upload-dialog")).UploadDialog);

interface Chosen {
  kind: FileKind;
  file: File;
}

/** Where a file is dropped, or chosen: what it is, its name says. */
export function FileCard({ kinds }: { kinds: readonly FileKind[] }) {
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const take = (file: File) => {
    const kind = kindOf(file, kinds);
    if (kind) setChosen({ kind, file });
  };
  const { isOver, target } = useDrop(take);
  const providerOf = useProviderOf();
  const labels = kinds.map(({ provider }) => providerOf(provider).label);
  return (
    <li
      {...target}
      className={cx(
        "flex flex-col gap-3 rounded-xl border border-edge border-dashed p-4 transition-colors sm:col-span-full sm:flex-row sm:items-center",
        isOver ? "border-accent bg-info-soft" : "bg-raised",
      )}
    >
      <div className="flex min-w-0 flex-1 items-center gap-3">
        <ProviderMark name={kinds[0]?.provider ?? ""} large />
        <div className="min-w-0">
          <h3 className="font-semibold text-base">{labels.join(" or ")}</h3>
          <p className="text-muted text-xs">
            {isOver ? "Let go, and have a look first" : "People out of a file: drop it here"}
          </p>
        </div>
      </div>
      <label className={cx(buttonClass(), "has-focus-visible:outline-2 has-focus-visible:outline-accent")}>
        <Upload aria-hidden="true" className="size-3.5" />
        Choose a file
        <input
          ref={input}
          type="file"
          accept={kinds.flatMap(({ endings }) => endings).join(",")}
          className="sr-only"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            // The same file chosen again is a choice, too.
            event.currentTarget.value = "";
            if (file) take(file);
          }}
        />
      </label>
      {chosen && <UploadDialog {...chosen} onClose={() => setChosen(null)} />}
    </li>
  );
}

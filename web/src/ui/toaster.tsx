import { useMutation } from "@tanstack/react-query";
import { CircleAlert, X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { wordsOf } from "../api/problem";
import { Button } from "./button";
import { cx } from "./class-names";
import { type Toast, toasts } from "./toasts";

const SHOWN_MS = 6_000;
/** What can be taken back stays long enough to think about it. */
const WITH_UNDO_MS = 12_000;

/** What is said in passing, in a corner above everything; announced, and never in the way of the keyboard. */
export function Toaster() {
  const shown = useSyncExternalStore(toasts.subscribe, () => toasts.shown);
  const layer = useRef<HTMLDivElement>(null);
  const [kept, setKept] = useState(false);
  const latest = shown.at(-1);
  const latestId = latest?.id;

  useEffect(() => {
    // Shown anew for each, so as to come above a dialog or menu that was opened meanwhile.
    layer.current?.hidePopover();
    if (latestId !== undefined) layer.current?.showPopover();
  }, [latestId]);

  return (
    <>
      {/* A region that appears together with its words is not read out: this one is always there. */}
      <p role="status" className="sr-only">
        {latest?.words}
      </p>
      <section
        ref={layer}
        popover="manual"
        aria-label="What was done"
        onPointerEnter={() => setKept(true)}
        onPointerLeave={() => setKept(false)}
        onFocus={() => setKept(true)}
        onBlur={() => setKept(false)}
        className="fixed inset-auto right-3 bottom-3 m-0 w-96 max-w-[calc(100vw-1.5rem)] space-y-2 overflow-visible bg-transparent p-0 md:right-5 md:bottom-5"
      >
        {shown.map((toast) => (
          <One key={toast.id} toast={toast} kept={kept} />
        ))}
      </section>
    </>
  );
}

/** One of them; `kept` while somebody is about to use it. */
function One({ toast, kept }: { toast: Toast; kept: boolean }) {
  const { id, words, tone, undo } = toast;
  const undoing = useMutation({
    mutationFn: async () => undo?.(),
    onSuccess: (words) => {
      toasts.dismiss(id);
      toasts.say(typeof words === "string" ? words : "Undone");
    },
    onError: (error) => {
      toasts.dismiss(id);
      toasts.warn(`This could not be undone. ${wordsOf(error)}`);
    },
  });

  useEffect(() => {
    if (kept || undoing.isPending) return;
    const timer = setTimeout(() => toasts.dismiss(id), undo ? WITH_UNDO_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, kept, undo, undoing.isPending]);

  return (
    <div className="flex animate-appear items-center gap-2 rounded-lg border border-edge bg-raised py-1.5 pr-1.5 pl-3.5 text-ink text-sm shadow-lg">
      {tone === "bad" && <CircleAlert aria-hidden="true" className="size-4 shrink-0 text-bad" />}
      <p className={cx("min-w-0 flex-1 py-1 [overflow-wrap:anywhere]", tone === "bad" && "text-bad")}>
        {words}
      </p>
      {undo && (
        <Button
          look="quiet"
          busy={undoing.isPending}
          onClick={() => undoing.mutate()}
          className="text-accent"
        >
          Undo
        </Button>
      )}
      <button
        type="button"
        aria-label="Dismiss"
        onClick={() => toasts.dismiss(id)}
        className="grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
      >
        <X aria-hidden="true" className="size-3.5" />
      </button>
    </div>
  );
}

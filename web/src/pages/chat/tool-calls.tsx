import { getToolName } from "ai";
import { ChevronRight, CircleAlert, CircleCheck, CircleSlash } from "lucide-react";
import type { ReactNode } from "react";
import { counted } from "../../ui/format";
import { Spinner } from "../../ui/spinner";
import { type ToolPart, toolWords } from "./parts";

/** What was looked up for an answer: folded, for who wants to know. */
export function ToolCalls({ calls }: { calls: readonly ToolPart[] }) {
  const [first] = calls;
  const isBusy = calls.some(({ state }) => state === "input-streaming" || state === "input-available");
  const said = calls.length === 1 && first ? callWords(first) : counted(calls.length, "look-up");
  return (
    <details className="group/calls my-2 rounded-lg border bg-side text-sm">
      <summary className="flex h-8 list-none items-center gap-2 px-2.5 text-muted hover:text-ink">
        {isBusy ? <Spinner /> : <State call={calls.find(({ state }) => state === "output-error") ?? first} />}
        <span className="flex-1 truncate">{said}</span>
        <ChevronRight
          aria-hidden="true"
          className="size-3.5 transition-transform group-open/calls:rotate-90"
        />
      </summary>
      <ul className="divide-y border-t">
        {calls.map((call) => (
          <li key={call.toolCallId} className="space-y-1.5 p-2.5">
            <p className="font-medium text-xs">{callWords(call)}</p>
            <Json label="Asked">{call.input}</Json>
            {call.state === "output-available" && <Json label="Answer">{call.output}</Json>}
            {call.state === "output-error" && <p className="text-bad text-xs">{call.errorText}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function callWords(call: ToolPart): string {
  return call.title ?? toolWords(getToolName(call));
}

function State({ call }: { call: ToolPart | undefined }) {
  if (call?.state === "output-error") {
    return (
      <>
        <CircleAlert aria-hidden="true" className="size-3.5 text-bad" />
        <span className="sr-only">Failed:</span>
      </>
    );
  }
  const Icon = call?.state === "output-denied" ? CircleSlash : CircleCheck;
  return <Icon aria-hidden="true" className="size-3.5" />;
}

function Json({ label, children }: { label: string; children: unknown }): ReactNode {
  if (children === undefined) return null;
  return (
    <>
      <p className="text-muted text-xs">{label}</p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-40 overflow-auto rounded border bg-canvas p-2 font-mono text-xs leading-relaxed"
      >
        {typeof children === "string" ? children : JSON.stringify(children, null, 2)}
      </pre>
    </>
  );
}

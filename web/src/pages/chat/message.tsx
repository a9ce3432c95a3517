import { memo } from "react";
import { Notice } from "../../ui/notice";
import { Words } from "./markdown";
import { type ChatMessage, type Piece, piecesOf, sourcesOf } from "./parts";
import { type Decide, ProposalCard } from "./proposal-card";
import { SourceChips } from "./source-chips";
import { ToolCalls } from "./tool-calls";

/** What one of the two said. */
export const Message = memo(function Message({ message, decide }: { message: ChatMessage; decide: Decide }) {
  if (message.role === "user") {
    const text = message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    return (
      <li className="ml-8 self-end rounded-xl rounded-br-sm bg-info-soft px-3 py-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
        <span className="sr-only">You: </span>
        {text}
      </li>
    );
  }
  return (
    <li>
      <span className="sr-only">Assistant: </span>
      {piecesOf(message).map((piece) => (
        <Shown key={piece.key} piece={piece} decide={decide} />
      ))}
      <SourceChips sources={sourcesOf(message)} />
    </li>
  );
});

function Shown({ piece, decide }: { piece: Piece; decide: Decide }) {
  switch (piece.kind) {
    case "text":
      return <Words text={piece.text} />;
    case "thought":
      return (
        <details className="my-2 text-muted text-sm">
          <summary className="w-fit hover:text-ink">{piece.isOpen ? "Thinking …" : "Thoughts"}</summary>
          <div className="mt-1 border-edge border-l-2 pl-3">
            <Words text={piece.text} />
          </div>
        </details>
      );
    case "calls":
      return <ToolCalls calls={piece.calls} />;
    case "proposal":
      return <ProposalCard call={piece.call} plan={piece.plan} decide={decide} />;
    case "notice":
      return <p className="my-2 text-muted text-xs">{piece.text}</p>;
    case "failure":
      return <Notice tone="bad">{piece.text}</Notice>;
  }
}

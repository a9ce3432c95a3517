import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { type ColumnId, type Layout, NARROWEST, WIDEST, widthOf, withWidth } from "../columns/columns";

const STEP = 16;

interface WidthHandleProps {
  id: ColumnId;
  label: string;
  layout: Layout;
  change: (layout: Layout) => void;
}

/** The edge of a column, to be pulled by a pointer or moved by the arrow keys. */
export function WidthHandle({ id, label, layout, change }: WidthHandleProps) {
  const began = useRef<{ x: number; width: number } | null>(null);
  const width = widthOf(layout, id);
  const begin = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    began.current = { x: event.clientX, width };
  };
  const pull = (event: PointerEvent) => {
    if (began.current) change(withWidth(layout, id, began.current.width + event.clientX - began.current.x));
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    change(withWidth(layout, id, width + by));
  };
  return (
    // A slider that is an edge: there is no element of HTML's own for it.
    // biome-ignore lint/a11y/useSemanticElements: <hr> cannot be pulled
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-valuenow={width}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      tabIndex={0}
      draggable={false}
      onPointerDown={begin}
      onPointerMove={pull}
      onPointerUp={() => {
        began.current = null;
      }}
      onKeyDown={step}
      className="-right-1 absolute inset-y-0 z-[1] w-2 cursor-col-resize touch-none after:absolute after:inset-y-1.5 after:left-1/2 after:w-px after:bg-transparent hover:after:bg-accent focus-visible:after:bg-accent group-hover/head:after:bg-edge"
    />
  );
}

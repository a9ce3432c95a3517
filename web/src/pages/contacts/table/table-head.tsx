import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import type { ContactSummary } from "../../../api/types";
import { DEFAULT_SORT, sortOf } from "../../../search-params";
import { cx } from "../../../ui/class-names";
import { type Column, type ColumnId, columnOf, withMoved } from "../columns/columns";
import type { TableState } from "./cells";
import { WidthHandle } from "./width-handle";

const HEAD =
  "group/head relative h-8 border-b bg-canvas px-3 text-left font-medium text-muted text-xs whitespace-nowrap";
const DRAGGED = "application/x-lead-column";

interface TableHeadProps extends TableState {
  columns: readonly Column[];
  rows: readonly ContactSummary[];
  isPhone: boolean;
}

/** The columns' names: a click sorts, a pull at the edge widens, a drag moves. */
export function TableHead(props: TableHeadProps) {
  const { columns, rows, isPhone, selection, chooseAll } = props;
  return (
    <thead className="sticky top-0 z-[2]">
      <tr aria-rowindex={1}>
        {!isPhone && (
          <td className={cx(HEAD, "sticky left-0 z-[1] pl-4 md:pl-5")}>
            <ChooseAll
              chosen={rows.filter(({ id }) => selection.ids.has(id)).length}
              of={rows.length}
              onChange={chooseAll}
            />
          </td>
        )}
        {columns.map((column) => (
          <Head key={column.id} column={column} {...props} />
        ))}
        {!isPhone && <td className={HEAD} />}
      </tr>
    </thead>
  );
}

interface ChooseAllProps {
  chosen: number;
  of: number;
  onChange: () => void;
}

function ChooseAll({ chosen, of, onChange }: ChooseAllProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = chosen > 0 && chosen < of;
  }, [chosen, of]);
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label="Select all that are loaded"
      checked={of > 0 && chosen === of}
      onChange={onChange}
      className="block size-4 cursor-pointer accent-button"
    />
  );
}

interface HeadProps extends TableHeadProps {
  column: Column;
}

function Head({ column, filter, layout, changeLayout, isPhone }: HeadProps) {
  const [isOver, setOver] = useState(false);
  const { id, label, sorts } = column;
  const sort = filter.sort ?? DEFAULT_SORT;
  const direction = sort.startsWith("-") ? "descending" : "ascending";
  const isMovable = id !== "name" && !isPhone;
  const drop = (event: DragEvent) => {
    setOver(false);
    const moved = event.dataTransfer.getData(DRAGGED) as ColumnId;
    if (!layout.order.includes(moved) || columnOf(moved).id === id) return;
    event.preventDefault();
    changeLayout(withMoved(layout, moved, id));
  };
  return (
    <th
      scope="col"
      {...(sorts ? { "aria-sort": sorts.includes(sort) ? direction : "none" } : {})}
      draggable={isMovable}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, id)}
      onDragOver={(event) => {
        if (!isMovable || !event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={isMovable ? drop : undefined}
      className={cx(
        HEAD,
        "max-sm:first:pl-4",
        id === "name" && !isPhone && "sticky left-11 z-[1]",
        isOver && "bg-info-soft",
      )}
    >
      {sorts ? (
        <Link
          to="/contacts"
          search={(before) => ({ ...before, sort: sortOf(sort === sorts[0] ? sorts[1] : sorts[0]) })}
          draggable={false}
          className="-mx-1 inline-flex max-w-full items-center gap-1 rounded px-1 py-0.5 hover:bg-hover hover:text-ink"
        >
          <span className="truncate">{label}</span>
          {sorts.includes(sort) && <Arrow sort={sort} />}
        </Link>
      ) : (
        label
      )}
      {!isPhone && <WidthHandle id={id} label={label} layout={layout} change={changeLayout} />}
    </th>
  );
}

function Arrow({ sort }: { sort: string }) {
  const Icon = sort.startsWith("-") ? ArrowDown : ArrowUp;
  return <Icon aria-hidden="true" className="size-3 shrink-0" />;
}

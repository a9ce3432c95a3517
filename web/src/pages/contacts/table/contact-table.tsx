import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useEffect, useEffectEvent, useMemo } from "react";
import type { ContactSummary } from "../../../api/types";
import { shownColumns } from "../columns/columns";
import type { TableState } from "./cells";
import { Row } from "./row";
import { SkeletonRows } from "./skeleton-rows";
import { Columns, columnsOnPhone, tableWidth } from "./table-columns";
import { TableHead } from "./table-head";
import { useRowKeys } from "./use-row-keys";

/** Above the rows, and in their way when one is scrolled to. */
const HEAD_PX = 33;
const ROW_PX = 40;
const PHONE_ROW_PX = 56;
const OVERSCAN = 12;
/** So many rows before the end the next page is asked for; of a short list, when a quarter of it is left. */
const BEFORE_END = 80;

interface ContactTableProps extends TableState {
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly ContactSummary[];
  gone: ReadonlySet<string>;
  total: number | undefined;
  isLoading: boolean;
  isPhone: boolean;
  /** Ask for what comes after the end, which is near; nothing while there is nothing to ask for. */
  reachEnd: (() => void) | undefined;
  children: ReactNode;
}

/** The list: only the rows in sight are there, however many it has. Arrow keys walk from row to row. */
export function ContactTable(props: ContactTableProps) {
  const { scroller, rows, gone, total, isLoading, isPhone, reachEnd, children, ...state } = props;
  const { layout } = state;
  const columns = useMemo(() => (isPhone ? columnsOnPhone : shownColumns(layout)), [isPhone, layout]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isPhone ? PHONE_ROW_PX : ROW_PX),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
    useFlushSync: false,
  });
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  const onKeyDown = useRowKeys({
    rows,
    scroller,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
    ...state,
  });

  const comeNear = useEffectEvent(() => reachEnd?.());
  const isDue =
    reachEnd !== undefined &&
    rows.length > 0 &&
    (last?.index ?? 0) >= rows.length - Math.min(BEFORE_END, rows.length / 4);
  // Once more for each page: the end may be as near as before when it has come.
  useEffect(() => {
    if (isDue) comeNear();
  }, [isDue]);

  // Rows are taller on a phone: what was measured before is measured again.
  const measure = useEffectEvent((_: boolean) => virtualizer.measure());
  useEffect(() => measure(isPhone), [isPhone]);

  return (
    <div
      ref={scroller}
      data-scroll-restoration-id="contacts"
      className="relative min-h-0 flex-1 overflow-auto overscroll-contain"
    >
      {/* The links inside are what is walked over; the table itself takes no focus. */}
      <table
        aria-label="Contacts"
        aria-busy={isLoading}
        aria-rowcount={total === undefined ? -1 : total + 1}
        className="table-fixed border-separate border-spacing-0"
        style={{ width: isPhone ? "100%" : tableWidth(columns, state.layout), minWidth: "100%" }}
        onKeyDown={onKeyDown}
      >
        <Columns columns={columns} layout={state.layout} isPhone={isPhone} />
        <TableHead columns={columns} rows={rows} isPhone={isPhone} {...state} />
        <tbody>
          {isLoading && <SkeletonRows columns={columns.length + (isPhone ? 0 : 2)} />}
          <Gap px={(first?.start ?? HEAD_PX) - HEAD_PX} />
          {items.map(({ index }) => {
            const row = rows[index];
            return (
              row && (
                <Row
                  key={row.id}
                  row={row}
                  index={index}
                  columns={columns}
                  isGone={gone.has(row.id)}
                  isChosen={state.selection.ids.has(row.id)}
                  isOpen={state.openId === row.id}
                  isPhone={isPhone}
                  open={state.open}
                  choose={state.choose}
                />
              )
            );
          })}
          <Gap px={virtualizer.getTotalSize() - ((last?.end ?? HEAD_PX) - HEAD_PX)} />
        </tbody>
      </table>
      {children}
    </div>
  );
}

/** The room of the rows that are out of sight. */
function Gap({ px }: { px: number }) {
  if (px <= 0) return null;
  return (
    <tr>
      <td style={{ height: px }} className="p-0" />
    </tr>
  );
}

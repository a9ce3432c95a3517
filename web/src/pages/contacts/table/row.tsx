import { Link } from "@tanstack/react-router";
import { CircleHelp } from "lucide-react";
import { type MouseEvent, memo } from "react";
import type { ContactSummary } from "../../../api/types";
import { Avatar } from "../../../ui/avatar";
import { cx } from "../../../ui/class-names";
import { nameOf } from "../../../ui/format";
import type { Column } from "../columns/columns";
import { cellOf, type TableState } from "./cells";

const CELL = "truncate border-b px-3";
/** What stays where it is when the table is scrolled sideways has to cover what passes below it. */
const STAYS = "sticky z-[1]";
const COVERS = "bg-canvas group-hover/row:bg-hover group-has-[a:focus-visible]/row:bg-hover";

interface RowProps extends Pick<TableState, "open" | "choose"> {
  row: ContactSummary;
  index: number;
  columns: readonly Column[];
  isGone: boolean;
  isChosen: boolean;
  isOpen: boolean;
  isPhone: boolean;
}

/** A contact; drawn again only when something of it changed. */
export const Row = memo(function Row(props: RowProps) {
  const { row, index, columns, isGone, isChosen, isOpen, isPhone, open, choose } = props;
  const name = nameOf(row);
  const look = isChosen || isOpen ? "bg-info-soft" : undefined;
  const stays = cx(STAYS, look ?? COVERS);
  return (
    // Whoever has a keyboard has the link in it.
    <tr
      aria-rowindex={index + 2}
      data-index={index}
      onClick={(event) => isPlain(event) && !isPhone && open(row.id)}
      className={cx(
        "group/row h-14 cursor-pointer sm:h-10",
        look ?? "hover:bg-hover has-[a:focus-visible]:bg-hover",
        isGone && "text-muted line-through opacity-60",
      )}
    >
      {!isPhone && (
        <td className={cx("left-0 border-b pl-4 md:pl-5", stays)}>
          <input
            type="checkbox"
            aria-label={`Select ${name}`}
            checked={isChosen}
            onChange={() => undefined}
            onClick={(event) => choose(row.id, event.shiftKey ? "range" : "one")}
            className="block size-4 cursor-pointer accent-button"
          />
        </td>
      )}
      <th
        scope="row"
        className={cx(CELL, "text-left font-medium max-sm:pl-4", isPhone ? undefined : cx("left-11", stays))}
      >
        <span className="flex min-w-0 items-center gap-2.5">
          <Avatar id={row.id} name={name} />
          <span className="min-w-0">
            <Link
              to="/contacts/$contactId"
              params={{ contactId: row.id }}
              data-row={row.id}
              onClick={(event) => {
                // Once more on the one that is open leads to its page.
                if (isPhone || isOpen || !isUnmodified(event)) return;
                event.preventDefault();
                open(row.id);
              }}
              className="block truncate rounded-sm"
            >
              {name}
              {isGone && <span className="sr-only"> (gone)</span>}
              {row.needs_review && <span className="sr-only"> (needs review)</span>}
            </Link>
            {isPhone && (
              <span className="block truncate font-normal text-muted text-xs">{row.email ?? row.phone}</span>
            )}
          </span>
          {row.needs_review && (
            <span
              title="May be one with another contact: waits for review"
              className="ml-auto grid size-5 shrink-0 place-items-center rounded-full bg-warn-soft text-warn"
            >
              <CircleHelp aria-hidden="true" className="size-3.5" />
            </span>
          )}
        </span>
      </th>
      {columns.map(({ id }) =>
        id === "name" ? null : (
          <td key={id} className={cx(CELL, "text-muted", id.endsWith("_at") && "text-sm")}>
            {cellOf(row, id, isPhone)}
          </td>
        ),
      )}
      {!isPhone && <td className="border-b" />}
    </tr>
  );
});

/** A click that means the row: on nothing that means something itself, and at no end of a text that was marked. */
function isPlain(event: MouseEvent): boolean {
  if (event.defaultPrevented || !isUnmodified(event)) return false;
  const isOwn = event.target instanceof Element && event.target.closest("a, button, input, label") !== null;
  return !isOwn && (document.getSelection()?.isCollapsed ?? true);
}

function isUnmodified(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { buttonClass } from "../../../ui/button";
import { Popover } from "../../../ui/popover";
import { type ColumnId, columnOf, FIRST_LAYOUT, type Layout, withMoved, withToggled } from "./columns";

interface ColumnsMenuProps {
  layout: Layout;
  change: (layout: Layout) => void;
}

/** Which columns are shown, and in which order. */
export function ColumnsMenu({ layout, change }: ColumnsMenuProps) {
  const ids = layout.order.filter((id) => id !== "name");
  return (
    <Popover
      label="Columns"
      width={264}
      className={buttonClass()}
      button={
        <>
          <Columns3 aria-hidden="true" className="size-3.5" />
          <span className="hidden @4xl/list:inline">Columns</span>
        </>
      }
    >
      {() => (
        <>
          <ul>
            {ids.map((id, at) => (
              <One
                key={id}
                id={id}
                layout={layout}
                change={change}
                before={ids[at - 1]}
                after={ids[at + 1]}
              />
            ))}
          </ul>
          <hr className="my-1 border-line" />
          <button
            type="button"
            onClick={() => change(FIRST_LAYOUT)}
            className="h-8 w-full rounded-md px-2 text-left text-muted text-sm hover:bg-hover hover:text-ink"
          >
            As they were at first
          </button>
        </>
      )}
    </Popover>
  );
}

interface OneProps extends ColumnsMenuProps {
  id: ColumnId;
  before: ColumnId | undefined;
  after: ColumnId | undefined;
}

function One({ id, layout, change, before, after }: OneProps) {
  const { label } = columnOf(id);
  return (
    <li className="flex h-8 items-center gap-1 rounded-md pr-1 pl-2 hover:bg-hover">
      <label className="flex min-w-0 flex-1 cursor-pointer items-center gap-2 text-sm">
        <input
          type="checkbox"
          checked={!layout.hidden.includes(id)}
          onChange={() => change(withToggled(layout, id))}
          className="size-4 accent-button"
        />
        {label}
      </label>
      <Move label={`Move ${label} before`} icon={ArrowUp} to={before} {...{ id, layout, change }} />
      <Move label={`Move ${label} after`} icon={ArrowDown} to={after} {...{ id, layout, change }} />
    </li>
  );
}

interface MoveProps extends ColumnsMenuProps {
  id: ColumnId;
  label: string;
  icon: typeof ArrowUp;
  to: ColumnId | undefined;
}

function Move({ id, label, icon: Icon, to, layout, change }: MoveProps) {
  return (
    <button
      type="button"
      aria-label={label}
      disabled={to === undefined}
      onClick={() => to && change(withMoved(layout, id, to))}
      className="grid size-6 place-items-center rounded text-muted enabled:hover:text-ink disabled:opacity-30"
    >
      <Icon aria-hidden="true" className="size-3.5" />
    </button>
  );
}

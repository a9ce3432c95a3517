import { type Column, columnOf, type Layout, widthOf } from "../columns/columns";

export const CHOOSER_WIDTH = 44;

/** What a phone has room for: the name, with the email below it, and where it comes from. */
export const columnsOnPhone: readonly Column[] = [columnOf("name"), columnOf("sources")];

const SOURCES_ON_PHONE = 120;

export function tableWidth(columns: readonly Column[], layout: Layout): number {
  return columns.reduce((sum, { id }) => sum + widthOf(layout, id), CHOOSER_WIDTH);
}

interface ColumnsProps {
  columns: readonly Column[];
  layout: Layout;
  isPhone: boolean;
}

/** How wide each column is; on a screen wider than all of them the last one is empty. */
export function Columns({ columns, layout, isPhone }: ColumnsProps) {
  if (isPhone) {
    return (
      <colgroup>
        <col />
        <col style={{ width: SOURCES_ON_PHONE }} />
      </colgroup>
    );
  }
  return (
    <colgroup>
      <col style={{ width: CHOOSER_WIDTH }} />
      {columns.map(({ id }) => (
        <col key={id} style={{ width: widthOf(layout, id) }} />
      ))}
      <col />
    </colgroup>
  );
}

import type { FilePreview } from "../../../api/types";
import { cx } from "../../../ui/class-names";
import { FIELDS, type Mapping, mappedTo, samplesOf } from "./mapping";

interface MappingTableProps {
  rows: FilePreview["rows"];
  columns: readonly string[];
  mapping: Mapping;
  /** What is wrong with a column, by `mapping.` and its name. */
  wrong: Readonly<Record<string, string>>;
  choose: (mapping: Mapping) => void;
}

/** Each column, what stands in it, and which field it is. */
export function MappingTable({ rows, columns, mapping, wrong, choose }: MappingTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section tabIndex={0} className="max-h-64 overflow-auto rounded-lg border" aria-label="Columns">
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-raised">
          <tr className="text-left text-muted text-xs">
            {["Column", "Says", "Is"].map((head) => (
              <th
                key={head}
                scope="col"
                className={cx("px-3 py-1.5 font-medium", head === "Says" && "hidden sm:table-cell")}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column} className="border-t">
              <th scope="row" className="max-w-40 truncate px-3 py-1.5 text-left font-medium" title={column}>
                {column}
                <span className="block truncate font-normal text-muted text-xs sm:hidden">
                  {samplesOf(rows, column).join(" · ")}
                </span>
              </th>
              <td className="hidden max-w-56 truncate px-3 text-muted sm:table-cell">
                {samplesOf(rows, column).join(" · ") || "–"}
              </td>
              <td className="w-36 px-3 py-1 sm:w-44">
                <select
                  aria-label={`What ${column} is`}
                  value={mapping[column] ?? ""}
                  onChange={(event) => choose(mappedTo(mapping, column, event.currentTarget.value || null))}
                  aria-invalid={wrong[`mapping.${column}`] ? true : undefined}
                  className={cx(
                    "h-8 w-full rounded-md border bg-raised px-1.5",
                    mapping[column] ? "border-field" : "border-edge text-muted",
                  )}
                >
                  <option value="">Not used</option>
                  {Object.entries(FIELDS).map(([field, label]) => (
                    <option key={field} value={field}>
                      {label}
                    </option>
                  ))}
                </select>
                {wrong[`mapping.${column}`] && (
                  <p className="mt-0.5 text-bad text-xs">{wrong[`mapping.${column}`]}</p>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

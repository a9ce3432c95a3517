import type { FilePreview } from "../../../api/types";
import { cx } from "../../../ui/class-names";
import { FIELDS, type Mapping, mappedTo, samplesOf } from "./mapping";

interface MappingTableProps {
  preview: FilePreview;
  mapping: Mapping;
  /** What is wrong with a column, by `mapping.` and its name. */
  wrong: Readonly<Record<string, string>>;
  choose: (mapping: Mapping) => void;
}

/** Each column, what stands in it, and which field it is. */
export function MappingTable({ preview, mapping, wrong, choose }: MappingTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section tabIndex={0} className="max-h-64 overflow-auto rounded-lg border" aria-label="Columns">
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-raised">
          <tr className="text-left text-muted text-xs">
            {["Column", "Says", "Is"].map((head) => (
              <th key={head} scope="col" className="px-3 py-1.5 font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.columns.map((column) => (
            <tr key={column} className="border-t">
              <th scope="row" className="max-w-40 truncate px-3 py-1.5 text-left font-medium" title={column}>
                {column}
              </th>
              <td className="max-w-56 truncate px-3 text-muted">
                {samplesOf(preview.rows, column).join(" · ") || "–"}
              </td>
              <td className="w-44 px-3 py-1">
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

import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import type { ContactFilter } from "../../api/queries";
import type { ContactSummary, Sort } from "../../api/types";
import { DEFAULT_SORT, sortOf } from "../../search-params";
import { Ago } from "../../ui/ago";
import { Avatar } from "../../ui/avatar";
import { cx } from "../../ui/class-names";
import { nameOf } from "../../ui/format";
import { ProviderBadges } from "../../ui/providers";
import { SkeletonRows } from "./skeleton-rows";

const HEAD =
  "h-8 border-b px-3 text-left font-medium text-muted text-xs whitespace-nowrap first:pl-4 md:first:pl-6";
const CELL = "h-12 truncate sm:h-10 border-b px-3 first:pl-4 md:first:pl-6";

interface Column {
  label: string;
  className: string;
  show: (row: ContactSummary) => ReactNode;
}

const COLUMNS: readonly Column[] = [
  { label: "Email", className: "hidden sm:table-cell sm:w-[24%] xl:w-[22%]", show: (row) => row.email },
  {
    label: "Sources",
    className: "w-36 xl:w-76",
    show: (row) => <ProviderBadges sources={row.sources} />,
  },
  { label: "Company", className: "hidden lg:table-cell", show: (row) => row.company },
  { label: "Title", className: "hidden 2xl:table-cell", show: (row) => row.job_title },
  { label: "Phone", className: "hidden tabular-nums min-[1700px]:table-cell", show: (row) => row.phone },
];

interface ContactTableProps {
  rows: readonly ContactSummary[];
  gone: ReadonlySet<string>;
  filter: ContactFilter;
  loading: boolean;
}

/** The list, dense; arrow keys walk from row to row. */
export function ContactTable({ rows, gone, filter, loading }: ContactTableProps) {
  return (
    // The links inside are what is walked over; the table itself takes no focus.
    <table
      aria-label="Contacts"
      aria-busy={loading}
      className="w-full table-fixed border-separate border-spacing-0"
      onKeyDown={walk}
    >
      <thead>
        <tr>
          <SortableHead label="Name" up="name" down="-name" filter={filter} className="xl:w-[22%]" />
          {COLUMNS.map(({ label, className }) => (
            <th key={label} scope="col" className={cx(HEAD, className)}>
              {label}
            </th>
          ))}
          <SortableHead
            label="Updated"
            up="updated_at"
            down="-updated_at"
            filter={filter}
            className="hidden w-32 md:table-cell"
          />
        </tr>
      </thead>
      <tbody>
        {loading ? (
          <SkeletonRows />
        ) : (
          rows.map((row) => <Row key={row.id} row={row} gone={gone.has(row.id)} />)
        )}
      </tbody>
    </table>
  );
}

function Row({ row, gone }: { row: ContactSummary; gone: boolean }) {
  const name = nameOf(row);
  return (
    <tr
      className={cx(
        "relative hover:bg-hover has-[a:focus-visible]:bg-hover",
        gone && "text-muted line-through opacity-60",
      )}
    >
      <th scope="row" className={cx(CELL, "text-left font-medium")}>
        <span className="flex min-w-0 items-center gap-2.5">
          <Avatar id={row.id} name={name} />
          <span className="min-w-0">
            <Link
              to="/contacts/$contactId"
              params={{ contactId: row.id }}
              data-row=""
              className="block truncate after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {name}
              {gone && <span className="sr-only"> (gone)</span>}
            </Link>
            <span className="block truncate font-normal text-muted text-xs sm:hidden">{row.email}</span>
          </span>
        </span>
      </th>
      {COLUMNS.map(({ label, className, show }) => (
        <td key={label} className={cx(CELL, "text-muted", className)}>
          {show(row)}
        </td>
      ))}
      <td className={cx(CELL, "hidden text-muted text-sm md:table-cell")}>
        <Ago at={row.updated_at} />
      </td>
    </tr>
  );
}

interface SortableHeadProps {
  label: string;
  up: Sort;
  down: Sort;
  filter: ContactFilter;
  className?: string;
}

function SortableHead({ label, up, down, filter, className }: SortableHeadProps) {
  const sort = filter.sort ?? DEFAULT_SORT;
  const other = sort === down || (sort !== up && up === "name") ? up : down;
  return (
    <th
      scope="col"
      aria-sort={sort === up ? "ascending" : sort === down ? "descending" : "none"}
      className={cx(HEAD, className)}
    >
      <Link
        to="/contacts"
        search={{ ...filter, sort: sortOf(other) }}
        className="-mx-1 inline-flex items-center gap-1 rounded px-1 py-0.5 hover:bg-hover hover:text-ink"
      >
        {label}
        {sort === up && <ArrowUp aria-hidden="true" className="size-3" />}
        {sort === down && <ArrowDown aria-hidden="true" className="size-3" />}
      </Link>
    </th>
  );
}

/** Walk over the rows with the arrow keys. */
function walk(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (
    step === undefined ||
    !(event.target instanceof HTMLElement) ||
    event.target.dataset["row"] === undefined
  )
    return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a[data-row]")];
  const next = links[links.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

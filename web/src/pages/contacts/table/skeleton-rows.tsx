import { cx } from "../../../ui/class-names";

const WIDTHS = ["w-36", "w-28", "w-44", "w-32", "w-40", "w-24", "w-36", "w-32", "w-44", "w-28"] as const;

/** Rows that are on their way. */
export function SkeletonRows({ columns }: { columns: number }) {
  return WIDTHS.map((width, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: they never move
    <tr key={index}>
      <td colSpan={columns} className="h-14 border-b px-4 sm:h-10 md:px-5">
        <div className="flex animate-pulse items-center gap-2.5 sm:pl-9">
          <div className="size-6 rounded-full bg-hover" />
          <div className={cx("h-3 rounded bg-hover", width)} />
        </div>
      </td>
    </tr>
  ));
}

import type { ReactNode } from "react";
import type { ContactFilter } from "../../../api/queries";
import type { ContactSummary } from "../../../api/types";
import { Ago } from "../../../ui/ago";
import { ProviderBadges } from "../../../ui/providers";
import type { ColumnId, Layout } from "../columns/columns";
import type { Selection } from "../selection/selection";

/** What a person made of the table, and how they go on. */
export interface TableState {
  filter: ContactFilter;
  layout: Layout;
  changeLayout: (layout: Layout) => void;
  selection: Selection;
  choose: (id: string, how: "one" | "range") => void;
  chooseAll: () => void;
  openId: string | undefined;
  open: (id: string | undefined) => void;
}

/** What a row shows in a column, the name apart. */
export function cellOf(row: ContactSummary, id: Exclude<ColumnId, "name">, isPhone: boolean): ReactNode {
  switch (id) {
    case "sources":
      return <ProviderBadges sources={row.sources} tight={isPhone ? "always" : "several"} />;
    case "last_interaction_at":
      return row.last_interaction_at && <Ago at={row.last_interaction_at} />;
    case "updated_at":
    case "created_at":
      return <Ago at={row[id]} />;
    case "phone":
      return <span className="tabular-nums">{row.phone}</span>;
    default:
      return row[id];
  }
}

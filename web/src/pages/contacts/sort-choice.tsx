import { useNavigate } from "@tanstack/react-router";
import { ArrowDownUp } from "lucide-react";
import type { Sort } from "../../api/types";
import { DEFAULT_SORT, sortOf } from "../../search-params";
import { buttonClass } from "../../ui/button";
import { Menu, MenuItem } from "../../ui/menu";

const SORT_LABELS: Readonly<Record<Sort, string>> = {
  "-updated_at": "Last updated",
  updated_at: "Longest not updated",
  "-created_at": "Newest",
  created_at: "Oldest",
  name: "Name, A to Z",
  "-name": "Name, Z to A",
  email: "Email, A to Z",
  "-email": "Email, Z to A",
  company: "Company, A to Z",
  "-company": "Company, Z to A",
  "-last_interaction_at": "Last in touch",
  last_interaction_at: "Longest not in touch",
};
const SORTS = Object.entries(SORT_LABELS) as [Sort, string][];

/** The order of the list: also by what no column shows just now. */
export function SortChoice({ sort = DEFAULT_SORT }: { sort: Sort | undefined }) {
  const navigate = useNavigate({ from: "/contacts" });
  return (
    <Menu
      label={`Sort: ${SORT_LABELS[sort]}`}
      className={buttonClass()}
      button={
        <>
          <ArrowDownUp aria-hidden="true" className="size-3.5" />
          <span className="hidden @4xl/list:inline">{SORT_LABELS[sort]}</span>
        </>
      }
    >
      {(close) =>
        SORTS.map(([each, label]) => (
          <MenuItem
            key={each}
            chosen={each === sort}
            onChoose={() => {
              close();
              void navigate({ search: (before) => ({ ...before, sort: sortOf(each) }) });
            }}
          >
            {label}
          </MenuItem>
        ))
      }
    </Menu>
  );
}

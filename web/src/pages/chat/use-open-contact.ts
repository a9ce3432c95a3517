import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { contactQuery } from "../../api/queries";
import { nameOf } from "../../ui/format";

export interface OpenContact {
  id: string;
  name: string | undefined;
}

/** The contact that is open, as a page or beside the list: what "this person" means in a question. */
export function useOpenContact(): OpenContact | undefined {
  const { contactId } = useParams({ strict: false });
  const { contact } = useSearch({ strict: false });
  const id = contactId ?? contact;
  const { data } = useQuery({ ...contactQuery(id ?? ""), enabled: id !== undefined });
  return id === undefined ? undefined : { id, name: data && nameOf({ ...data.fields }) };
}

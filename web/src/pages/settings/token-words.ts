import type { AccessTokenWish } from "../../api/types";
import { textIn } from "../../ui/form-text";

type Scope = "contacts:read" | "contacts:write";

/** What a token may do; who may write may read. */
export const SCOPES: readonly { scope: Scope; label: string; says: string }[] = [
  { scope: "contacts:read", label: "Read", says: "Look contacts, sources and histories up." },
  {
    scope: "contacts:write",
    label: "Read and write",
    says: "Also merge, split, set values and propose what is written back.",
  },
];

export const USUAL_LIFETIME = 90;
export const LIFETIMES = [
  { days: 7, label: "7 days" },
  { days: 30, label: "30 days" },
  { days: 90, label: "90 days" },
  { days: 365, label: "A year" },
] as const;

/** What a filled form asks for; what it does not say is the least. */
export function tokenWish(form: FormData): AccessTokenWish {
  const scope = SCOPES.find((one) => one.scope === textIn(form, "scope"))?.scope ?? "contacts:read";
  return {
    name: textIn(form, "name").trim(),
    scopes: [scope],
    expires_in_days: Number(textIn(form, "days")) || USUAL_LIFETIME,
  };
}

/** Say a scope in a word or two; one that is not known here stays as it is. */
export function scopeWords(scope: string): string {
  if (scope === "contacts:read") return "Read";
  if (scope === "contacts:write") return "Write";
  return scope;
}

import { cx } from "./class-names";

interface ProviderInfo {
  name: string;
  label: string;
  says: string;
  mark: string;
  ink: string;
  /** Handed over and let go of: there is no account behind it. */
  isFile?: boolean;
}

/** The tools as people know them; which can be connected, and how, their service says. */
const PROVIDERS: readonly ProviderInfo[] = [
  { name: "hubspot", label: "HubSpot", says: "Contacts and deals", mark: "H", ink: "text-hubspot" },
  { name: "pipedrive", label: "Pipedrive", says: "People and deals", mark: "P", ink: "text-pipedrive" },
  { name: "zendesk", label: "Zendesk", says: "Users and tickets", mark: "Z", ink: "text-zendesk" },
  {
    name: "csv_file",
    label: "CSV file",
    says: "Contacts from a spreadsheet",
    mark: "C",
    ink: "text-other",
    isFile: true,
  },
];

/** What is known of a provider; one that this page does not know yet goes by its own name. */
export function providerOf(name: string): ProviderInfo {
  const known = PROVIDERS.find((provider) => provider.name === name);
  const label = name.charAt(0).toUpperCase() + name.slice(1);
  return known ?? { name, label, says: "", mark: label.charAt(0) || "?", ink: "text-other" };
}

/** A provider's letter in its colour. */
export function ProviderMark({ name, large = false }: { name: string; large?: boolean }) {
  const { mark, ink } = providerOf(name);
  return (
    <span
      aria-hidden="true"
      className={cx(
        "relative grid shrink-0 select-none place-items-center overflow-hidden font-bold",
        "before:absolute before:inset-0 before:bg-current before:opacity-15",
        large ? "size-9 rounded-lg text-base" : "size-4 rounded text-[0.6rem]",
        ink,
      )}
    >
      {mark}
    </span>
  );
}

interface ProviderBadgeProps {
  name: string;
  count?: number;
  /** Where room is short, the mark stands for the name; screen readers hear it all the same. */
  tight?: boolean;
}

/** A source, named. */
export function ProviderBadge({ name, count = 1, tight = false }: ProviderBadgeProps) {
  const { label } = providerOf(name);
  return (
    <span
      title={label}
      className="inline-flex h-5.5 shrink-0 items-center gap-1 whitespace-nowrap rounded-md border bg-raised px-1 text-ink text-xs"
    >
      <ProviderMark name={name} />
      <span className={tight ? "sr-only xl:not-sr-only" : undefined}>{label}</span>
      {count > 1 && <span className="text-muted tabular-nums">×{count}</span>}
    </span>
  );
}

/** A badge for each provider among some sources. */
export function ProviderBadges({ sources }: { sources: readonly { provider: string }[] }) {
  const counts = new Map<string, number>();
  for (const { provider } of sources) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  return (
    <span className="flex gap-1 overflow-hidden">
      {[...counts].sort().map(([name, count]) => (
        <ProviderBadge key={name} name={name} count={count} tight={counts.size > 1} />
      ))}
    </span>
  );
}

import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "../api/connections";
import { cx } from "./class-names";

interface ProviderInfo {
  label: string;
  says: string;
  /** Handed over and let go of: there is no account behind it. */
  isFile: boolean;
}

/** Colours that people know tools by; all others share one. */
const INKS: Readonly<Record<string, string>> = {
  hubspot: "text-hubspot",
  pipedrive: "text-pipedrive",
  zendesk: "text-zendesk",
};

/** What they are called until their service has said it: a wrong name, even for a moment, is read and remembered. */
const NAMES: Readonly<Record<string, string>> = {
  hubspot: "HubSpot",
  pipedrive: "Pipedrive",
  zendesk: "Zendesk",
  csv_file: "CSV file",
  vcard_file: "vCard file",
};

/** Tell what a provider is called, as its service says; of one that nobody knows, by its name. */
export function useProviderOf(): (name: string) => ProviderInfo {
  const { data } = useQuery(providersQuery);
  return (name) => {
    const known = data?.find((provider) => provider.name === name);
    const label = known?.label ?? NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
    return { label, says: known?.says ?? "", isFile: Boolean(known?.file) };
  };
}

/** A provider's letter in its colour. */
export function ProviderMark({ name, large = false }: { name: string; large?: boolean }) {
  const mark = useProviderOf()(name).label.charAt(0) || "?";
  return (
    <span
      aria-hidden="true"
      className={cx(
        "relative grid shrink-0 select-none place-items-center overflow-hidden font-bold",
        "before:absolute before:inset-0 before:bg-current before:opacity-15",
        large ? "size-9 rounded-lg text-base" : "size-4 rounded text-[0.6rem]",
        INKS[name] ?? "text-other",
      )}
    >
      {mark}
    </span>
  );
}

interface ProviderBadgeProps {
  name: string;
  count?: number;
  /** Where room is short, the mark stands for the name, always or up to wide screens; screen readers hear it. */
  tight?: boolean | "always";
}

/** A source, named. */
export function ProviderBadge({ name, count = 1, tight = false }: ProviderBadgeProps) {
  const { label } = useProviderOf()(name);
  return (
    <span
      title={label}
      className="inline-flex h-5.5 shrink-0 items-center gap-1 whitespace-nowrap rounded-md border bg-raised px-1 text-ink text-xs"
    >
      <ProviderMark name={name} />
      <span className={cx(tight && "sr-only", tight === true && "xl:not-sr-only")}>{label}</span>
      {count > 1 && <span className="text-muted tabular-nums">×{count}</span>}
    </span>
  );
}

interface ProviderBadgesProps {
  sources: readonly { provider: string }[];
  /** Where marks stand for names: on narrow screens when there are several, wherever there are several, or always. */
  tight?: "narrow" | "several" | "always";
}

/** A badge for each provider among some sources. */
export function ProviderBadges({ sources, tight = "narrow" }: ProviderBadgesProps) {
  const counts = new Map<string, number>();
  for (const { provider } of sources) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  return (
    <span className="flex gap-1 overflow-hidden">
      {[...counts].sort().map(([name, count]) => (
        <ProviderBadge
          key={name}
          name={name}
          count={count}
          tight={tight === "always" ? tight : counts.size > 1 && (tight === "several" ? "always" : true)}
        />
      ))}
    </span>
  );
}

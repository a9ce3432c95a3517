import { Link } from "@tanstack/react-router";
import { useTitle } from "../../ui/use-title";
import { AccessTokens } from "./access-tokens";
import { Matching } from "./matching";
import { Members } from "./members";
import { Profile } from "./profile";
import { anchorOf } from "./section";
import { Sessions } from "./sessions";

const PARTS = ["Profile", "Sessions", "Access tokens", "Matching", "Members"] as const;

/** What a person can set for themselves, and for their workspace. */
export function SettingsPage() {
  useTitle("Settings");
  return (
    <div className="mx-auto max-w-3xl px-4 py-5 md:px-6">
      <h1 className="mb-1 font-semibold text-xl tracking-tight">Settings</h1>
      <nav aria-label="Settings" className="mb-6 flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {PARTS.map((title) => (
          <Link
            key={title}
            to="/settings"
            hash={anchorOf(title)}
            className="rounded text-muted hover:text-ink hover:underline"
          >
            {title}
          </Link>
        ))}
      </nav>
      <div className="space-y-10">
        <Profile />
        <Sessions />
        <AccessTokens />
        <Matching />
        <Members />
      </div>
    </div>
  );
}

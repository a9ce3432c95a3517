import { useTitle } from "../../ui/use-title";
import { AccessTokens } from "./access-tokens";
import { Matching } from "./matching";
import { Members } from "./members";
import { Profile } from "./profile";
import { Sessions } from "./sessions";

/** What a person can set for themselves, and for their workspace. */
export function SettingsPage() {
  useTitle("Settings");
  return (
    <div className="mx-auto max-w-3xl px-4 py-5 md:px-6">
      <h1 className="mb-5 font-semibold text-xl tracking-tight">Settings</h1>
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

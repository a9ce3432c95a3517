import { useUser } from "../../api/use-session";
import { Avatar } from "../../ui/avatar";
import { inWords, nameOf } from "../../ui/format";
import { Section } from "./section";

/** Who works here. */
export function Members() {
  const user = useUser();
  if (!user) return null;
  return (
    <Section title="Members" says="People who see the contacts of this workspace.">
      <div className="flex items-center gap-3">
        <Avatar id={user.id} name={nameOf(user)} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium text-sm">{nameOf(user)}</span>
          <span className="block truncate text-muted text-xs">{user.email}</span>
        </span>
        <span className="rounded-md bg-hover px-1.5 py-0.5 text-muted text-xs">{inWords(user.role)}</span>
      </div>
      <p className="mt-3 border-t pt-3 text-muted text-xs">
        This workspace is yours alone: other people cannot be invited yet.
      </p>
    </Section>
  );
}

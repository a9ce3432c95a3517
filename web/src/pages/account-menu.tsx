import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronsUpDown, Gauge, LogOut } from "lucide-react";
import { useId, useRef } from "react";
import { signOut } from "../api/client";
import type { User } from "../api/types";
import { Avatar } from "../ui/avatar";
import { Button, buttonClass } from "../ui/button";
import { Failure } from "../ui/failure";
import { nameOf } from "../ui/format";
import { chooseTheme, THEMES, useTheme } from "../ui/theme";

/** The person's own corner: who they are, how the page looks, the way out. */
export function AccountMenu({ user }: { user: User }) {
  const menu = useId();
  const panel = useRef<HTMLDivElement>(null);
  const name = nameOf(user);
  return (
    <>
      <button
        type="button"
        popoverTarget={menu}
        className="flex items-center gap-2 rounded-md p-1 text-left hover:bg-hover md:p-2"
      >
        <Avatar id={user.id} name={name} />
        <span className="sr-only">Account of </span>
        <span className="sr-only min-w-0 flex-1 truncate text-sm md:not-sr-only md:truncate">{name}</span>
        <ChevronsUpDown aria-hidden="true" className="hidden size-3.5 text-muted md:block" />
      </button>
      <div
        ref={panel}
        id={menu}
        popover="auto"
        className="fixed inset-auto top-13 right-3 m-0 w-60 rounded-lg border border-edge bg-raised p-3 text-ink shadow-lg md:top-auto md:right-auto md:bottom-14 md:left-3"
      >
        <p className="truncate font-medium text-sm">{name}</p>
        <p className="mb-3 truncate text-muted text-xs">{user.email}</p>
        <ThemeChoice />
        <Link
          to="/usage"
          onClick={() => panel.current?.hidePopover()}
          className={buttonClass("plain", "mb-2 w-full")}
        >
          <Gauge aria-hidden="true" className="size-3.5" />
          Usage and limits
        </Link>
        <SignOut />
      </div>
    </>
  );
}

function ThemeChoice() {
  const theme = useTheme();
  const name = useId();
  return (
    <fieldset className="mb-3">
      <legend className="mb-1 text-muted text-xs">Theme</legend>
      <div className="grid grid-cols-3 rounded-md border p-0.5">
        {THEMES.map((choice) => (
          <label
            key={choice}
            className="rounded px-2 py-1 text-center text-xs capitalize has-checked:bg-hover has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              value={choice}
              checked={theme === choice}
              onChange={() => chooseTheme(choice)}
              className="sr-only"
            />
            {choice}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function SignOut() {
  const leaving = useMutation({ mutationFn: signOut });
  return (
    <>
      {leaving.isError && <Failure error={leaving.error} />}
      <Button className="w-full" busy={leaving.isPending} onClick={() => leaving.mutate()}>
        <LogOut aria-hidden="true" className="size-3.5" />
        Sign out
      </Button>
    </>
  );
}

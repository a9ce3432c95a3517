import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { buttonClass } from "../ui/button";
import { EmptyState } from "../ui/empty-state";

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <EmptyState
      icon={Compass}
      title="Nothing is here"
      action={
        <Link to="/contacts" className={buttonClass()}>
          Go to contacts
        </Link>
      }
    >
      This address leads nowhere. It may be mistyped, or what it led to is gone.
    </EmptyState>
  );
}

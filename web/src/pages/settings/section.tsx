import { type ReactNode, useId } from "react";

/** The name by which an address leads to a part. */
export function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}

/** A part of the settings, with a sentence about what it is for. */
export function Section({ title, says, children }: { title: string; says: string; children: ReactNode }) {
  const id = useId();
  return (
    <section id={anchorOf(title)} aria-labelledby={id} className="scroll-mt-16 md:scroll-mt-4">
      <h2 id={id} className="font-semibold text-base">
        {title}
      </h2>
      <p className="mb-3 text-muted text-sm">{says}</p>
      <div className="rounded-lg border bg-raised p-4">{children}</div>
    </section>
  );
}

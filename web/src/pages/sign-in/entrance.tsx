import type { ReactNode } from "react";
import { Logo } from "../../ui/logo";

/** The frame of the pages before one is signed in. */
export function Entrance({
  title,
  children,
  otherwise,
}: {
  title: string;
  children: ReactNode;
  otherwise: ReactNode;
}) {
  return (
    <main className="grid min-h-dvh place-items-center bg-side px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-4 text-center">
          <Logo large />
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
        </div>
        <div className="rounded-xl border border-edge bg-raised p-6 shadow-xs">{children}</div>
        <p className="mt-5 text-center text-muted text-sm">{otherwise}</p>
      </div>
    </main>
  );
}

import type { ReactNode } from "react";

const SCHEMES = new Set(["https:", "http:", "mailto:", "tel:"]);

/** A link to an address that other people wrote: shown as plain text when it could be more than an address. */
export function SafeLink({
  href,
  children,
  className,
}: {
  href: string;
  children: ReactNode;
  className?: string;
}) {
  const url = URL.parse(href);
  if (!url || !SCHEMES.has(url.protocol)) return <span className={className}>{children}</span>;
  const away = url.protocol.startsWith("http");
  return (
    <a
      href={url.href}
      className={className ?? "hover:underline"}
      {...(away ? { target: "_blank", rel: "noopener noreferrer" } : {})}
    >
      {children}
    </a>
  );
}

import { Link } from "@tanstack/react-router";
import { memo } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { placeOf } from "./parts";

/**
 * What a model wrote, which may repeat what strangers wrote: no picture is loaded, and only addresses of this page
 * become links. An address elsewhere could carry away what it was told, with one click.
 */
const COMPONENTS: Components = {
  img: ({ alt }) => <span className="text-muted">[picture{alt ? `: ${alt}` : ""}]</span>,
  a: ({ href, children }) => {
    const place = placeOf(href ?? "", window.location.origin);
    if (place) {
      return (
        <Link {...place} className="text-accent underline underline-offset-2">
          {children}
        </Link>
      );
    }
    // An address that stands there as it is needs not be said twice.
    if (children === href?.replace(/^mailto:/, "")) return children;
    return (
      <>
        {children} <span className="text-muted [overflow-wrap:anywhere]">({href})</span>
      </>
    );
  },
  h1: ({ children }) => <h3 className="mt-3 mb-1 font-semibold first:mt-0">{children}</h3>,
  h2: ({ children }) => <h3 className="mt-3 mb-1 font-semibold first:mt-0">{children}</h3>,
  h3: ({ children }) => <h3 className="mt-3 mb-1 font-semibold first:mt-0">{children}</h3>,
  p: ({ children }) => <p className="my-2 first:mt-0 last:mb-0">{children}</p>,
  ul: ({ children }) => <ul className="my-2 list-disc space-y-0.5 pl-5">{children}</ul>,
  ol: ({ children }) => <ol className="my-2 list-decimal space-y-0.5 pl-5">{children}</ol>,
  code: ({ children }) => <code className="rounded bg-hover px-1 font-mono text-xs">{children}</code>,
  pre: ({ children }) => (
    <pre className="my-2 overflow-x-auto rounded-md border bg-side p-2 text-xs [&_code]:bg-transparent [&_code]:p-0">
      {children}
    </pre>
  ),
  table: ({ children }) => (
    <div className="my-2 overflow-x-auto rounded-md border">
      <table className="w-full text-sm">{children}</table>
    </div>
  ),
  th: ({ children }) => (
    <th className="border-b bg-side px-2 py-1 text-left font-medium text-muted text-xs">{children}</th>
  ),
  td: ({ children }) => (
    <td className="border-b px-2 py-1 align-top in-[tr:last-child]:border-b-0">{children}</td>
  ),
  blockquote: ({ children }) => (
    <blockquote className="my-2 border-edge border-l-2 pl-3 text-muted">{children}</blockquote>
  ),
};
const PLUGINS = [remarkGfm];

/** Markdown, as much of it as has come; drawn again only when more has. */
export const Words = memo(function Words({ text }: { text: string }) {
  return (
    <div className="[overflow-wrap:anywhere]">
      <Markdown remarkPlugins={PLUGINS} components={COMPONENTS} skipHtml>
        {text}
      </Markdown>
    </div>
  );
});

// @vitest-environment jsdom
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { Words } from "./markdown";

afterEach(cleanup);

/** Show what a model wrote, in a page that links lead around in. */
async function shown(text: string): Promise<HTMLElement> {
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <Words text={text} /> }),
    history: createMemoryHistory(),
  });
  const { container } = render(<RouterProvider router={router} />);
  await screen.findByText("The end");
  return container;
}

it.each([
  "![a](https://evil.example/x.png)",
  "![a][1]\n\n[1]: https://evil.example/x.png",
  '<img src="https://evil.example/x.png" onerror="alert(1)">',
  '<iframe src="https://evil.example"></iframe>',
  "<script>alert(1)</script>",
  "<svg onload=alert(1)></svg>",
  "[click](https://evil.example/?secret=1)",
  "[click](javascript:alert(1))",
  "<https://evil.example>",
  "https://evil.example",
  "[click](//evil.example/app/contacts)",
])("loads nothing and leads nowhere: %s", async (text) => {
  const container = await shown(`${text}\n\nThe end`);

  expect(container.querySelector("img, iframe, script, svg, a[href], object, embed, link, style")).toBeNull();
});

it("leads to records of this page, and shows tables as tables", async () => {
  const container = await shown(
    "See [Ada](/app/contacts/g1)\n\n| Source | Title |\n|---|---|\n| HubSpot | VP |\n\nThe end",
  );

  expect(screen.getByRole("link", { name: "Ada" }).getAttribute("href")).toBe("/contacts/g1");
  expect(container.querySelectorAll("th, td")).toHaveLength(4);
});

it("says an address once that stands there as it is, and where words lead that hide one", async () => {
  const container = await shown("Write to ada@example.com or [her](mailto:eve@example.com)\n\nThe end");

  expect(container.textContent).toContain("Write to ada@example.com or her (mailto:eve@example.com)");
});

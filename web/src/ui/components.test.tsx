// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { providersQuery } from "../api/connections";
import type { Provider } from "../api/types";
import { Button } from "./button";
import { Field } from "./field";
import { ProviderBadges } from "./providers";
import { SafeLink } from "./safe-link";

afterEach(cleanup);

describe("SafeLink", () => {
  it.each(["javascript:alert(1)", "data:text/html,x", " JaVaScRiPt:alert(1)", "vbscript:x", "nonsense", ""])(
    "shows %j as text only",
    (href) => {
      render(<SafeLink href={href}>a record</SafeLink>);

      expect(screen.getByText("a record").closest("a")).toBeNull();
    },
  );

  it("opens other sites apart, and tells them nothing of us", () => {
    render(<SafeLink href="https://app.hubspot.com/contacts/1">open</SafeLink>);

    const link = screen.getByRole("link");
    expect(link.getAttribute("href")).toBe("https://app.hubspot.com/contacts/1");
    expect(link.getAttribute("rel")).toBe("noopener noreferrer");
  });
});

describe("Field", () => {
  it("tells its label, its hint and its error to who cannot see them", () => {
    render(<Field label="Password" name="password" hint="At least 10 characters." error="Too short." />);

    const input = screen.getByLabelText("Password");
    const described = input.getAttribute("aria-describedby")?.split(" ") ?? [];
    expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual([
      "At least 10 characters.",
      "Too short.",
    ]);
    expect(input.getAttribute("aria-invalid")).toBe("true");
  });

  it("is valid without an error", () => {
    render(<Field label="Email" name="email" />);

    expect(screen.getByLabelText("Email").getAttribute("aria-invalid")).toBeNull();
  });
});

it("a button that is busy cannot be pressed again", () => {
  render(<Button busy>Sync now</Button>);

  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Sync now" }).disabled).toBe(true);
});

function told(name: string, label: string): Provider {
  return { name, label, says: "", consent: true, asks: [], credentials: [] };
}

it("shows each source once, with how many records it has, also one it does not know", () => {
  const sources = ["zendesk", "hubspot", "hubspot", "acme_crm"].map((provider) => ({ provider }));
  const client = new QueryClient();
  client.setQueryData(providersQuery.queryKey, [told("hubspot", "HubSpot"), told("zendesk", "Zendesk")]);

  render(
    <QueryClientProvider client={client}>
      <ProviderBadges sources={sources} />
    </QueryClientProvider>,
  );

  expect(["HubSpot", "Zendesk", "Acme_crm"].map((label) => screen.getByTitle(label).textContent)).toEqual([
    "HHubSpot×2",
    "ZZendesk",
    "AAcme_crm",
  ]);
});

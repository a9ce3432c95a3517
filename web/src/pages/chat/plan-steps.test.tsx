// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import type { ProposedStep } from "../../api/types";
import { makeQueryClient } from "../../query-client";
import { exactly } from "../../ui/format";
import { PlanSteps } from "./plan-steps";

afterEach(cleanup);

function show(step: Partial<ProposedStep>, isEdited = false) {
  const whole = {
    says: "Change phone in HubSpot",
    provider: "hubspot",
    effect: null,
    before: {},
    after: {},
    ...step,
  };
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <PlanSteps steps={[whole]} isEdited={isEdited} />
    </QueryClientProvider>,
  );
}

it("says what really happens, in whose account, and when", () => {
  const starts_at = "2026-12-01T10:00:00+00:00";
  show({ effect: "Nobody is invited.", after: { starts_at } });

  expect(screen.getByText("Nobody is invited.")).toBeTruthy();
  expect(screen.getByText(exactly(starts_at))).toBeTruthy();
  expect(screen.getByText("HubSpot")).toBeTruthy(); // before anybody was asked what it is called
});

it("keeps in sight where it goes and what is there while it is put in other words", () => {
  show({ before: { phone: "+44 1" }, after: { phone: "+44 2" } }, true);

  expect(screen.getByText("Change phone in HubSpot")).toBeTruthy();
  expect(screen.getByText("+44 1")).toBeTruthy();
  expect(screen.queryByText("+44 2")).toBeNull();
});

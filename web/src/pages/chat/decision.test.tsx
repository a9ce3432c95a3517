// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Decision } from "./decision";

afterEach(cleanup);

it("lets a refusal be thought better of", () => {
  const refuse = vi.fn();
  render(<Decision approve={() => undefined} refuse={refuse} />);
  const begin = () => fireEvent.click(screen.getByRole("button", { name: "Refuse" }));

  begin();
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(screen.getByRole("button", { name: "Approve" })).toBeTruthy();
  begin();
  fireEvent.keyDown(screen.getByLabelText("Why not, if you like to say"), { key: "Escape" });
  expect(screen.getByRole("button", { name: "Approve" })).toBeTruthy();

  expect(refuse).not.toHaveBeenCalled();
});

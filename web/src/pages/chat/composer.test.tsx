// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Composer } from "./composer";
import { clearDrafts } from "./drafts";

afterEach(() => {
  cleanup();
  clearDrafts();
});

const box = () => screen.getByRole<HTMLTextAreaElement>("textbox");

function open(threadId: string, send: (text: string) => void = () => undefined) {
  return render(
    <Composer
      threadId={threadId}
      about={undefined}
      isBusy={false}
      onShown={() => undefined}
      send={send}
      stop={() => undefined}
    />,
  );
}

it("keeps what was typed in a conversation when its panel goes and comes, and no other conversation has it", () => {
  const { unmount } = open("t1");
  fireEvent.change(box(), { target: { value: "Who is" } });
  unmount();

  const other = open("t2");
  expect(box().value).toBe("");
  other.unmount();

  open("t1");
  expect(box().value).toBe("Who is");
});

it("begins anew once it was sent", () => {
  const send = vi.fn();
  const { unmount } = open("t1", send);
  fireEvent.change(box(), { target: { value: " Who is Ada? " } });
  fireEvent.keyDown(box(), { key: "Enter" });
  unmount();

  open("t1");

  expect(send).toHaveBeenCalledWith("Who is Ada?");
  expect(box().value).toBe("");
});

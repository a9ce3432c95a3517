// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { Dialog } from "./dialog";

afterEach(cleanup);

it("a dialog that is left is closed, so that the browser gives the focus back", () => {
  const done: string[] = [];
  // jsdom draws no dialogs: what the browser would be asked for is noted.
  HTMLDialogElement.prototype.showModal = () => done.push("opened");
  HTMLDialogElement.prototype.close = () => done.push("closed");
  let heard = 0;
  const shown = render(
    <Dialog title="Erase" onClose={() => heard++}>
      Sure?
    </Dialog>,
  );

  shown.unmount();

  expect(done).toEqual(["opened", "closed"]);
  expect(heard).toBe(0);
});

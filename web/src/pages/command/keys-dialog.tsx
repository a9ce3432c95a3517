import { useState } from "react";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { COMMAND_KEY } from "../../ui/keys";
import { areSingleKeysOn, turnSingleKeys } from "../../ui/single-keys";
import { type Place, usePlaces } from "../places";

type Keys = readonly (readonly [where: string, readonly (readonly [key: string, what: string])[]])[];

const WITH_ASSISTANT: Keys = [["With the assistant", [[`${COMMAND_KEY} J`, "Ask it, or close it"]]]];

const keysOf = (places: readonly Place[]): Keys => [
  [
    "Everywhere",
    [
      [`${COMMAND_KEY} K`, "Search contacts, pages and actions"],
      ...places.map(({ key, label }) => [`g ${key}`, `Go to ${label.toLowerCase()}`] as const),
      ["?", "Show these keys"],
      ["Esc", "Close what is open"],
    ],
  ],
  [
    "In the list of contacts",
    [
      ["/", "Search"],
      ["↓ ↑", "Next and previous row, also j and k"],
      ["Enter", "Open beside the list, and once more as a page"],
      ["x", "Select the row"],
      ["Shift ↓ ↑", "Select row after row"],
      [`${COMMAND_KEY} A`, "Select all that are loaded"],
      [`${COMMAND_KEY} ↓ ↑`, "Next and previous contact while one is open"],
    ],
  ],
  [
    "In review",
    [
      ["s", "Same person"],
      ["d", "Different people"],
      ["l", "Later"],
      ["u", "Undo the answer before"],
    ],
  ],
];

/** The keys that this page understands. */
export function KeysDialog({ hasAssistant, onClose }: { hasAssistant: boolean; onClose: () => void }) {
  const places = usePlaces();
  const [isOn, setOn] = useState(areSingleKeysOn);
  return (
    <Dialog title="Keys" onClose={onClose}>
      <label className="mb-4 flex items-start gap-2 rounded-md bg-side p-2.5 text-sm">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => {
            turnSingleKeys(target.checked);
            setOn(target.checked);
          }}
          className="mt-1"
        />
        <span>
          Keys that are pressed alone
          <span className="block text-muted text-xs">
            Turn them off if you speak to your device, or press keys by accident. Those with {COMMAND_KEY}{" "}
            stay.
          </span>
        </span>
      </label>
      <div className="space-y-4">
        {[...keysOf(places), ...(hasAssistant ? WITH_ASSISTANT : [])].map(([where, keys]) => (
          <section key={where}>
            <h3 className="mb-1 font-medium text-muted text-xs">{where}</h3>
            <dl className="divide-y">
              {keys.map(([key, what]) => (
                <div key={key} className="flex items-center justify-between gap-4 py-1.5 text-sm">
                  <dt className="order-last flex shrink-0 gap-1">
                    {key.split(" ").map((each) => (
                      <kbd
                        key={each}
                        className="grid h-5.5 min-w-5.5 place-items-center rounded border border-edge bg-side px-1.5 font-sans text-xs"
                      >
                        {each}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <form method="dialog" className="mt-4 flex justify-end">
        <Button type="submit">Close</Button>
      </form>
    </Dialog>
  );
}

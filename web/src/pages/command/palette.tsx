import { CornerDownLeft, Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { cx } from "../../ui/class-names";
import { nextOf } from "../../ui/menu";
import { Spinner } from "../../ui/spinner";
import { type Command, matching } from "./command";
import { useCommands, useFoundContacts } from "./commands";
import { useRested } from "./use-rested";

interface PaletteProps {
  showKeys: () => void;
  openChat: (() => void) | undefined;
  onClose: () => void;
}

/** Everything by its name: people, pages, views and what can be done. */
export function Palette({ showKeys, openChat, onClose }: PaletteProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const { found, isLooking } = useFoundContacts(useRested(words.trim()));
  const commands = [...(words.trim() ? found : []), ...matching(useCommands({ showKeys, openChat }), words)];
  const chosen = commands[Math.min(at, commands.length - 1)];

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const run = (command: Command | undefined) => {
    if (!command) return;
    dialog.current?.close();
    command.run();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") run(chosen);
    else {
      const isWalk = event.key === "ArrowDown" || event.key === "ArrowUp";
      const to = isWalk ? nextOf(event.key, commands.indexOf(chosen as Command), commands.length) : undefined;
      if (to === undefined) return;
      setAt(to);
      document.getElementById(`${id}-${to}`)?.scrollIntoView({ block: "nearest" });
    }
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      aria-label="Search and commands"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      onKeyDown={press}
      className="mx-auto mt-[12dvh] mb-auto max-h-[70dvh] w-[calc(100%-1.5rem)] max-w-xl overflow-hidden rounded-xl border border-edge bg-raised p-0 text-ink shadow-xl open:flex open:flex-col"
    >
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search aria-hidden="true" className="size-4 shrink-0 text-muted" />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={chosen && `${id}-${commands.indexOf(chosen)}`}
          aria-label="Search contacts, pages and actions"
          placeholder="Search contacts, pages, actions …"
          value={words}
          maxLength={200}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
          }}
          className="h-12 w-full min-w-0 bg-transparent text-base placeholder:text-muted focus-visible:outline-none"
        />
        {isLooking && <Spinner />}
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Found" className="min-h-0 overflow-y-auto p-1.5">
        {commands.map((command, index) => (
          <div key={`${command.group}/${command.id}`} className="contents">
            {command.group !== commands[index - 1]?.group && (
              <p aria-hidden="true" className="px-2.5 pt-2 pb-1 font-medium text-muted text-xs">
                {command.group}
              </p>
            )}
            <Option
              id={`${id}-${index}`}
              command={command}
              isChosen={command === chosen}
              choose={() => setAt(index)}
              run={() => run(command)}
            />
          </div>
        ))}
      </div>
      {commands.length === 0 && (
        <p role="status" className="px-4 pt-2 pb-6 text-center text-muted text-sm">
          {isLooking ? "Looking …" : "Nothing is called that."}
        </p>
      )}
    </dialog>
  );
}

interface OptionProps {
  id: string;
  command: Command;
  isChosen: boolean;
  choose: () => void;
  run: () => void;
}

function Option({ id, command, isChosen, choose, run }: OptionProps) {
  const { icon: Icon, label, about } = command;
  return (
    // The input keeps the focus, and the keys with it.
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the input runs what is chosen
    // biome-ignore lint/a11y/useFocusableInteractive: it is chosen by aria-activedescendant
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      onPointerMove={choose}
      onClick={run}
      className={cx(
        "flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm",
        isChosen && "bg-hover",
      )}
    >
      <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" strokeWidth={1.75} />
      <span className="max-w-[60%] shrink-0 truncate font-medium">{label}</span>
      <span className="min-w-0 flex-1 truncate text-muted text-xs">{about}</span>
      {isChosen && <CornerDownLeft aria-hidden="true" className="size-3.5 shrink-0 text-muted" />}
    </div>
  );
}

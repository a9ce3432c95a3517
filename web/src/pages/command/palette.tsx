import { CornerDownLeft, Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { wordsOf } from "../../api/problem";
import { cx } from "../../ui/class-names";
import { nextOf } from "../../ui/menu";
import { Spinner } from "../../ui/spinner";
import { type Command, keyOf, matching } from "./command";
import { useCommands, useFoundContacts } from "./commands";
import { useChoice } from "./use-choice";

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
  const { found, isLooking, error } = useFoundContacts(words);
  const commands = [...found, ...matching(useCommands({ showKeys, openChat }), words)];
  const run = (command: Command) => {
    dialog.current?.close();
    command.run();
  };
  const { chosen, choose, confirm } = useChoice(words, commands, { isLooking, run });

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const press = (event: KeyboardEvent) => {
    // Who writes by an input method ends a word with Enter.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") confirm();
    else {
      const isWalk = chosen && (event.key === "ArrowDown" || event.key === "ArrowUp");
      const to = isWalk ? nextOf(event.key, commands.indexOf(chosen), commands.length) : undefined;
      const next = to === undefined ? undefined : commands[to];
      if (!next) return;
      choose(next);
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
          onChange={(event) => setWords(event.target.value)}
          className="h-12 w-full min-w-0 bg-transparent text-base placeholder:text-muted focus-visible:outline-none"
        />
        {isLooking && <Spinner />}
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Found" className="min-h-0 overflow-y-auto p-1.5">
        {commands.map((command, index) => (
          <div key={keyOf(command)} className="contents">
            {command.group !== commands[index - 1]?.group && (
              <p aria-hidden="true" className="px-2.5 pt-2 pb-1 font-medium text-muted text-xs">
                {command.group}
              </p>
            )}
            <Option
              id={`${id}-${index}`}
              command={command}
              isChosen={command === chosen}
              choose={() => choose(command)}
              run={() => run(command)}
            />
          </div>
        ))}
      </div>
      {error != null && (
        <p role="alert" className="px-4 pt-2 pb-4 text-bad text-sm">
          People could not be looked for. {wordsOf(error)}
        </p>
      )}
      {commands.length === 0 && error == null && (
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

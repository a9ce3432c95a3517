import { useMutation } from "@tanstack/react-query";
import { Download, Ellipsis, Trash2 } from "lucide-react";
import { useState } from "react";
import { answered, api } from "../../api/client";
import { wordsOf } from "../../api/problem";
import type { ContactDetail } from "../../api/types";
import { Menu, MenuItem, MenuLine } from "../../ui/menu";
import { saveFile } from "../../ui/save-file";
import { toasts } from "../../ui/toasts";
import { EraseDialog } from "./erase-dialog";

/** What is seldom done with a person: taking all that is known of them along, and forgetting them. */
export function MoreMenu({ contact }: { contact: ContactDetail }) {
  const [isErasing, setErasing] = useState(false);
  const exporting = useMutation({
    mutationFn: async () => {
      const params = { path: { golden_id: contact.id } };
      const content = await answered<Blob>(
        api.GET("/contacts/{golden_id}/export", { params, parseAs: "blob" }),
      );
      saveFile(content, `contact-${contact.id}.json`);
    },
    onError: (error) => void toasts.warn(`Nothing was exported. ${wordsOf(error)}`),
  });
  return (
    <>
      <Menu
        label="More"
        button={<Ellipsis aria-hidden="true" className="size-4" />}
        className="grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
      >
        {(close) => (
          <>
            <MenuItem
              icon={Download}
              onChoose={() => {
                close();
                exporting.mutate();
              }}
            >
              Export all that is known
            </MenuItem>
            <MenuLine />
            <MenuItem
              icon={Trash2}
              danger
              onChoose={() => {
                close();
                setErasing(true);
              }}
            >
              Erase this person …
            </MenuItem>
          </>
        )}
      </Menu>
      {isErasing && <EraseDialog contact={contact} onClose={() => setErasing(false)} />}
    </>
  );
}

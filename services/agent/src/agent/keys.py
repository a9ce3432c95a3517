"""What a conversation is called: the id a page made, and whose it is."""

from uuid import UUID

import msgspec


class ChatKey(msgspec.Struct, frozen=True):
    """A conversation of one person in one workspace."""

    workspace_id: UUID
    user_id: UUID
    chat_id: str

    def named(self) -> dict[str, object]:
        """Name it in a statement."""
        return msgspec.structs.asdict(self)

    @property
    def public(self) -> str:
        """Name it to others, as in traces: by ids alone, of which one is the person's."""
        return f"{self.user_id}:{self.chat_id}"

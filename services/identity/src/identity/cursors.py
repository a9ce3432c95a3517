"""Cursors: where a list goes on, sealed: they travel in addresses and end up in logs, and some places are names."""

from typing import TypeVar
from uuid import UUID

import msgspec
from servicekit.errors import BadRequest
from servicekit.secrets import KeyRing, SealBroken, derive

P = TypeVar("P")


class CursorInvalid(BadRequest):
    """A cursor that we did not give, or not for this list."""

    slug = "cursor-invalid"
    title = "This cursor does not belong to this list"


class Cursors:
    """Writes places down and reads them back, with a key of its own."""

    def __init__(self, lead_secret: str) -> None:
        self._ring = KeyRing({"c1": derive(lead_secret, "identity:cursors")})

    def write(self, place: object, workspace_id: UUID) -> str:
        """Write down a place in a list of a workspace."""
        return self._ring.seal(msgspec.json.encode(place), workspace_id.bytes)

    def read(self, cursor: str, place: type[P], workspace_id: UUID) -> P:
        """Read a place back. Raises `CursorInvalid`."""
        try:
            return msgspec.json.decode(self._ring.open(cursor, workspace_id.bytes), type=place)
        except (SealBroken, msgspec.DecodeError):
            raise CursorInvalid from None

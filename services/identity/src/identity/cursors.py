"""Cursors: where a list goes on, opaque to whoever carries them, checked when they come back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

import msgspec
from servicekit.errors import BadRequest

P = TypeVar("P")


class CursorInvalid(BadRequest):
    """A cursor that we did not give, or not for this list."""

    slug = "cursor-invalid"
    title = "This cursor does not belong to this list"


def write_cursor(place: object) -> str:
    """Write down a place in a list."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str, place: type[P]) -> P:
    """Read a place back. Raises `CursorInvalid`."""
    try:
        plain = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        return msgspec.json.decode(plain, type=place)
    except (ValueError, msgspec.DecodeError):
        raise CursorInvalid from None

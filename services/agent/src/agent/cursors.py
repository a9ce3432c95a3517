"""Cursors: where a list by time goes on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from servicekit.errors import BadRequest

T = TypeVar("T")


class CursorInvalid(BadRequest):
    """A cursor that we did not give."""

    slug = "cursor-invalid"
    title = "This cursor does not belong to this list"


def write(moment: datetime, name: object) -> str:
    """Write a place down; it needs no escaping in an address."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{name}"


def read(cursor: str | None, kind: Callable[[str], T]) -> tuple[datetime, T] | None:
    """Read a place back; None is the beginning. Raises `CursorInvalid`."""
    if cursor is None:
        return None
    moment, _, name = cursor.partition("~")
    if "\0" in name:  # no text of a database holds it
        raise CursorInvalid
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), kind(name)
    except (ValueError, OverflowError):
        raise CursorInvalid from None

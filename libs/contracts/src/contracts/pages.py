"""How every list answers."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class ItemPage(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is opaque, and null on the last page."""

    items: list[T]
    next_cursor: str | None = None

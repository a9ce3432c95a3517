"""When a signing key is made, signs, and goes.

A new key is published an hour before it signs, so that whoever keeps the keys for a while has it in time; an old one
stays until the last token it signed has ended.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

PUBLISHED_AHEAD = timedelta(hours=1)
SPARE = timedelta(hours=1)
"""For clocks that differ, and for copies that have not heard of the successor yet."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A signing key as it is kept; the private half is sealed."""

    id: str
    public_key: bytes
    sealed_private_key: str
    created_at: datetime
    signs_from: datetime


def signing(keys: Sequence[Key], now: datetime) -> Key | None:
    """Choose the key that signs: the newest whose time has come, else, where a clock is behind, the oldest."""
    begun = [key for key in keys if key.signs_from <= now]
    if begun:
        return max(begun, key=_turn)
    return min(keys, key=_turn, default=None)


def next_begins(keys: Sequence[Key], now: datetime, every: timedelta) -> datetime | None:
    """Tell from when a new key should sign; None while none is due."""
    if not keys:
        return now
    newest = max(key.signs_from for key in keys)
    return now + PUBLISHED_AHEAD if now >= newest + every else None


def ended(keys: Sequence[Key], now: datetime, tokens_live: timedelta) -> list[Key]:
    """Choose the keys whose every token has ended."""
    in_turn = sorted(keys, key=_turn)
    return [key for key, following in pairwise(in_turn) if following.signs_from + tokens_live + SPARE < now]


def _turn(key: Key) -> tuple[datetime, str]:
    return key.signs_from, key.id

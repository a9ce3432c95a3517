"""How often providers let themselves be called: their windows, what headers tell of them, and who keeps count."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

ASK_AGAIN_SECONDS = 3600.0
"""How long a pool that is used up is left alone where nobody says when it fills: to ask once an hour costs nothing."""

_BEYOND_ALL = 10**12

Price = Mapping[str, int]
"""What a call takes of which windows. One that is kept for each record apart is named with it: `update_user:501`."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider counts calls by: at most `most` in `seconds`, until its headers say otherwise.

    A `pool` is spent as fast as one likes and fills all at once; the others come back as time passes. `most` is None
    where only the provider knows. `words` name it to people, so that " is used up" can follow. So many calls as come
    `at_once` go through in a row after a rest; the more they are, the slower the others follow.
    """

    name: str
    words: str
    seconds: float
    most: int | None = None
    pool: bool = False
    at_once: int = 1


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says of a window: `left` may be taken in the next `resets_after_seconds`.

    Without those it is what is left just now, and more comes as time passes. A window of which nothing is said but its
    name is open: the call went through.
    """

    name: str
    most: int | None = None
    left: int | None = None
    resets_after_seconds: float | None = None


class Meter(Protocol):
    """Keeps count of the calls to one account, whoever makes them."""

    async def spend(self, price: Price) -> None:
        """Wait for a call's turn. Raises `RateLimited` when that is far off."""

    async def learn(self, told: Iterable[Told]) -> None:
        """Take in what an answer says of the account's windows."""


class _Unmetered:
    async def spend(self, price: Price) -> None:
        pass

    async def learn(self, told: Iterable[Told]) -> None:
        pass


UNMETERED: Meter = _Unmetered()
"""For calls that nobody counts: a handshake's, which are few, and made before there is an account to count for."""


def window_of(name: str) -> str:
    """Tell the window from the record that it may be kept for."""
    return name.partition(":")[0]


def header_number(headers: Mapping[str, str], name: str) -> int | None:
    """Read a header that holds a plain number; anything else says nothing."""
    value = headers.get(name, "").strip()
    if not (value.isascii() and value.isdigit()):
        return None
    return min(int(value[:20]), _BEYOND_ALL)

"""How often an app may call: rolling windows, as providers count, and what was counted."""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable
from typing import Any

import msgspec

UNLIMITED = 1_000_000
"""What the headers tell where the limits are off: an app learns from them that it need not wait."""


class RollingWindow:
    """At most `most` calls within any `seconds`, for each caller."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._calls: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def take(self, caller: Hashable, now: float) -> int | None:
        """Count a call; returns how many are left, or None when it is one too many."""
        calls = self._calls[caller]
        while calls and calls[0] <= now - self.seconds:
            calls.popleft()
        if len(calls) >= self.most:
            return None
        calls.append(now)
        return self.most - len(calls)


class Count(msgspec.Struct):
    """How many calls a window of an account took and refused, and how many were in it when it was fullest."""

    taken: int = 0
    refused: int = 0
    fullest: int = 0


class Tally:
    """What was counted of each account's windows, and what the day has cost."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, str], Count] = defaultdict(Count)
        self.tokens_spent: Counter[tuple[str, str]] = Counter()
        """What each day has cost each account, where calls have a price."""

    def note(self, account: str, window: str, *, most: int, left: int | None) -> None:
        """Note a call to an account; it was refused where nothing is left to say what is left."""
        count = self._counts[account, window]
        if left is None:
            count.refused += 1
        else:
            count.taken += 1
            count.fullest = max(count.fullest, most - left)

    def all(self) -> list[dict[str, Any]]:
        """All counts, as the control shows them."""
        return [
            {"account": account, "window": window, **msgspec.structs.asdict(count)}
            for (account, window), count in sorted(self._counts.items())
        ]

    def clear(self) -> None:
        """Count anew; the day goes on."""
        self._counts.clear()

    def begin_day(self) -> None:
        """Let it be midnight where the servers are."""
        self.tokens_spent.clear()

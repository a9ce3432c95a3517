"""How often an account may be called: by the minute, as the headers tell."""

from collections import Counter
from collections.abc import Hashable

_MINUTE = 60


class Windows:
    """Counts calls of each kind within the minute that runs."""

    def __init__(self) -> None:
        self._minute = 0
        self._calls: Counter[Hashable] = Counter()

    def take(self, caller: Hashable, most: int, now: float) -> int | None:
        """Count a call; returns how many are left, or None when it is one too many."""
        if int(now) // _MINUTE != self._minute:
            self._minute = int(now) // _MINUTE
            self._calls.clear()
        if self._calls[caller] >= most:
            return None
        self._calls[caller] += 1
        return most - self._calls[caller]

    @staticmethod
    def resets(now: float) -> int:
        """In how many seconds all is forgotten."""
        return _MINUTE - int(now) % _MINUTE

"""How often an app may call: rolling windows, as providers count."""

from collections import defaultdict, deque
from collections.abc import Hashable


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

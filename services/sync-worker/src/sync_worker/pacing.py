"""How calls are spread so that no rolling window ever holds too many, and how slots are leased ahead.

It is GCRA, the generic cell rate algorithm of ITU-T I.371: one timestamp for a window, moved on by each call.
"""

import msgspec
from providers.quota import Told

LEASED_AT_MOST = 200
_BURST_SHARE = 20
_SLACK_SHARE = 20
_LEAST_SLACK_SECONDS = 0.2
_NEGLIGIBLE_SHARE = 100


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """A call every `interval` seconds, and `burst` at once after a rest.

    The window, longer by twice `lateness`, never holds more than it may: that is how late a call may arrive.
    """

    interval: float
    burst: int
    lateness: float
    most: int
    seconds: float

    @property
    def tolerance(self) -> float:
        """How far ahead of its time a call may be."""
        return (self.burst - 1) * self.interval

    @property
    def leased_at_most(self) -> int:
        """How many slots one worker may hold: what it loses when it is killed."""
        return max(1, min(LEASED_AT_MOST, self.most // _BURST_SHARE))

    def good_for(self, leased: int) -> float:
        """How long after its time a slot may be used: as long as one likes, if all of the lease hardly count."""
        return self.seconds if leased * _NEGLIGIBLE_SHARE <= self.most else self.lateness


def pace_of(most: int, seconds: float, at_once: int = 1) -> Pace:
    """Spread `most` calls over `seconds`: a twentieth at once, or `at_once`, and the others one by one."""
    burst = max(1, min(at_once, most // 2), most // _BURST_SHARE)
    slack = max(seconds / _SLACK_SHARE, _LEAST_SLACK_SECONDS)
    interval = (seconds + slack) / max(1, most - burst)
    return Pace(interval=interval, burst=burst, lateness=slack / 2, most=most, seconds=seconds)


def hold_seconds(told: Told, pace: Pace) -> float:
    """Tell how long to hold back, when an answer says that less is left than we would take; else 0."""
    if told.left is None:
        return 0.0
    if told.resets_after_seconds is not None:
        # Somebody else calls too: what is left is spread over the time that it has to last for.
        is_short = told.resets_after_seconds > told.left * pace.interval
        return told.resets_after_seconds / (told.left + 1) if is_short else 0.0
    # More comes as time passes, and we leave this share alone: if it was taken, somebody else calls too.
    reserve = pace.most // (2 * _SLACK_SHARE)
    return max(0.0, (reserve - told.left) * pace.interval)


class Slots:
    """Calls that were reserved at once, each with its time (of this process's clock)."""

    def __init__(self, pace: Pace, count: int, *, first_at: float, granted_at: float) -> None:
        self._pace = pace
        self._left = count
        self._next_at = first_at
        self._granted_at = granted_at
        self._good_for = pace.good_for(count)
        self.expired = 0

    @property
    def is_empty(self) -> bool:
        """Whether there are no more."""
        return self._left == 0

    def take(self, now: float) -> float | None:
        """Take the next slot; return how long to wait for it, or None when there are no more."""
        while self._left:
            at = max(self._next_at, self._granted_at)
            self._next_at += self._pace.interval
            self._left -= 1
            if now <= at + self._good_for:
                return max(0.0, at - now)
            self.expired += 1
        return None


def lease_size(before: int, expired: int, pace: Pace) -> int:
    """Tell how many slots to lease next: more while all are used, fewer when some expire."""
    return max(1, before // 2 if expired else min(before * 2, pace.leased_at_most))

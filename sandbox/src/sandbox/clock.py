"""Time as the providers write it: milliseconds since 1970 inside, ISO in UTC on the wire."""

import time
from datetime import UTC, date, datetime
from functools import lru_cache

_TWO = [f"{number:02}" for number in range(60)]
_EPOCH = date(1970, 1, 1).toordinal()


def now_ms() -> int:
    """The present."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """`2026-03-12T07:34:24.559Z`; a whole second is written without its zeros."""
    days, ms = divmod(ms, 86_400_000)
    seconds, ms = divmod(ms, 1000)
    clock = f"{_date(days)}T{_TWO[seconds // 3600]}:{_TWO[seconds // 60 % 60]}:{_TWO[seconds % 60]}"
    return f"{clock}.{ms:03}Z" if ms else f"{clock}Z"


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    return date.fromordinal(_EPOCH + days).isoformat()


def parse_ms(text: str) -> int:
    """Milliseconds as digits, or an ISO date. Raises `ValueError`."""
    if text.removeprefix("-").isdecimal():
        return int(text)
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)

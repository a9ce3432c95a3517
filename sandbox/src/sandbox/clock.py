"""Time as the providers write it: milliseconds since 1970 inside, ISO in UTC on the wire."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """The present."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """`2026-03-12T07:34:24.559Z`; a whole second is written without its zeros."""
    seconds, rest = divmod(ms, 1000)
    text = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{text}.{rest:03}Z" if rest else f"{text}Z"


def parse_ms(text: str) -> int:
    """Milliseconds as digits, or an ISO date. Raises `ValueError`."""
    if text.removeprefix("-").isdecimal():
        return int(text)
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)

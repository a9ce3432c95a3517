"""How often HubSpot may be called, and what its headers say of that."""

from collections.abc import Sequence

from providers.http import Answer, retry_after
from providers.quota import ASK_AGAIN_SECONDS, Price, Told, Window, header_number

TEN_SECONDS = "ten_seconds"
SEARCH = "search"
DAILY = "daily"

WINDOWS = (
    Window(name=TEN_SECONDS, most=110, seconds=10, words="HubSpot's limit of calls in ten seconds"),
    Window(name=SEARCH, most=5, seconds=1, words="HubSpot's limit of searches in a second"),
    Window(name=DAILY, seconds=86_400, pool=True, words="HubSpot's daily limit"),
)

_MAX_HEADER = "x-hubspot-ratelimit-max"
_REMAINING_HEADER = "x-hubspot-ratelimit-remaining"
_INTERVAL_HEADER = "x-hubspot-ratelimit-interval-milliseconds"
_DAILY_HEADER = "x-hubspot-ratelimit-daily"
_DAILY_REMAINING_HEADER = "x-hubspot-ratelimit-daily-remaining"


def price(path: str) -> Price:
    """Tell what a call takes: searches are counted apart from all else."""
    return {SEARCH if path.endswith("/search") else TEN_SECONDS: 1, DAILY: 1}


def told(answer: Answer, spent: Price, policy: str | None = None) -> Sequence[Told]:
    """Read what an answer says; `policy` is the limit that a 429 names."""
    rolling = SEARCH if SEARCH in spent else TEN_SECONDS
    if answer.status == 429:
        name = DAILY if policy == "DAILY" else rolling
        return [Told(name=name, left=0, resets_after_seconds=wait_seconds(answer, policy))]
    daily = Told(
        name=DAILY,
        most=header_number(answer.headers, _DAILY_HEADER),
        left=header_number(answer.headers, _DAILY_REMAINING_HEADER),
    )
    # A search's answer bears none of these, as HubSpot documents it; if one did, they would be the search's own.
    most = header_number(answer.headers, _MAX_HEADER)
    window = next(each for each in WINDOWS if each.name == rolling)
    if most and header_number(answer.headers, _INTERVAL_HEADER) == window.seconds * 1000:
        return [daily, Told(name=rolling, most=most, left=header_number(answer.headers, _REMAINING_HEADER))]
    return [daily]


def wait_seconds(answer: Answer, policy: str | None) -> float:
    """Tell how long a 429 asks us to wait."""
    if policy == "DAILY":
        # It ends at midnight in a time zone we do not know.
        return ASK_AGAIN_SECONDS
    asked = retry_after(answer.headers)
    if asked is not None:
        # Some answers say it in milliseconds, and no other limit than the daily one lasts for a quarter of an hour.
        return asked / 1000 if asked >= 1000 else asked
    if policy == "SECONDLY":
        return 1.0
    interval = header_number(answer.headers, _INTERVAL_HEADER)
    return min(interval / 1000, 60.0) if interval is not None else 10.0

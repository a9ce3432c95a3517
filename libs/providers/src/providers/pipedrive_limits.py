"""How often Pipedrive may be called and what each call costs, and what its headers say of that."""

from collections.abc import Sequence

from providers.http import Answer, retry_after
from providers.quota import ASK_AGAIN_SECONDS, Price, Told, Window, header_number

BURST = "burst"
SEARCH = "search"
DAILY = "daily"

WINDOWS = (
    # The smallest plan's; the headers tell the others. Pipedrive counts it for each token, and we for the account.
    Window(name=BURST, most=80, seconds=2, words="Pipedrive's limit of calls in two seconds"),
    Window(name=SEARCH, most=10, seconds=2, words="Pipedrive's limit of searches in two seconds"),
    Window(name=DAILY, seconds=86_400, pool=True, words="Pipedrive's daily budget of this account"),
)

_BURST_SECONDS = 2.0
_DEAREST_CALL_TOKENS = 20
_LIMIT_HEADER = "x-ratelimit-limit"
_LEFT_HEADER = "x-ratelimit-remaining"
_RESET_HEADER = "x-ratelimit-reset"
_DAILY_HEADER = "x-daily-ratelimit-token-limit"
_DAILY_LEFT_HEADER = "x-daily-ratelimit-token-remaining"

_SEARCHES = frozenset({"search", "itemSearch", "find"})
_DEAR = frozenset({"merge", "flow", "summary", "archived"})
_SHORT_LISTS = frozenset({"stages", "pipelines", "webhooks"})


def price(method: str, path: str) -> Price:
    """Tell what a call takes: one of the burst, and of the day what Pipedrive's specifications say."""
    if _SEARCHES.isdisjoint(path.split("/")):
        return {BURST: 1, DAILY: _tokens(method, path)}
    return {BURST: 1, SEARCH: 1, DAILY: _tokens(method, path)}


def told(answer: Answer, spent: Price) -> Sequence[Told]:
    """Read what an answer says of the burst and of the day."""
    rolling = SEARCH if SEARCH in spent else BURST
    daily = Told(
        name=DAILY,
        most=header_number(answer.headers, _DAILY_HEADER),
        left=header_number(answer.headers, _DAILY_LEFT_HEADER),
    )
    if answer.status != 429:
        most = header_number(answer.headers, _LIMIT_HEADER)
        return [Told(name=rolling, most=most, left=header_number(answer.headers, _LEFT_HEADER)), daily]
    if is_day_spent(answer):
        return [Told(name=DAILY, most=daily.most, left=0, resets_after_seconds=ASK_AGAIN_SECONDS)]
    return [Told(name=rolling, left=0, resets_after_seconds=wait_seconds(answer)), daily]


def is_day_spent(answer: Answer) -> bool:
    """Whether too little is left of the day: what a call costs is not told, so the dearest counts."""
    left = header_number(answer.headers, _DAILY_LEFT_HEADER)
    return left is not None and left < _DEAREST_CALL_TOKENS


def wait_seconds(answer: Answer) -> float:
    """Tell how long a 429 asks us to wait."""
    if is_day_spent(answer):
        # All apps share the account's budget, and it comes back at midnight in a time zone we do not know.
        return ASK_AGAIN_SECONDS
    asked = retry_after(answer.headers)
    if asked is None:
        asked = min(float(header_number(answer.headers, _RESET_HEADER) or 0), 60.0)
    return asked or _BURST_SECONDS


def _tokens(method: str, path: str) -> int:
    _, _, version, *steps = path.split("/")  # /api/v2/persons/1
    times = 1 if version == "v2" else 2
    if not _SEARCHES.isdisjoint(steps) or not _DEAR.isdisjoint(steps):
        return 20 * times
    match method:
        case "GET" if steps[0] in _SHORT_LISTS and len(steps) == 1:
            return 5 * times
        case "GET":
            return times if len(steps) == 2 else 10 * times
        case "DELETE":
            return 3 * times
        case _:
            return 5 * times

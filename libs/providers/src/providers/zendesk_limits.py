"""How often Zendesk may be called, and what its headers say of that."""

import re
from collections.abc import Iterator, Sequence

from providers.http import Answer, retry_after
from providers.quota import Price, Told, Window, header_number, window_of

MINUTE = "minute"

WINDOWS = (
    # The smallest plan's; the headers tell the others.
    Window(name=MINUTE, most=200, seconds=60, words="Zendesk's limit of calls in a minute"),
    # A later run asks each export for a page or two, and should not wait for the second.
    Window(
        name="incremental_exports_cursor",
        most=10,
        seconds=60,
        at_once=2,
        words="Zendesk's limit of exported pages in a minute",
    ),
    Window(name="incremental_exports", most=10, seconds=60, at_once=2, words="Zendesk's limit of exports in a minute"),
    Window(name="tickets_index", most=100, seconds=60, words="Zendesk's limit of lists of tickets in a minute"),
    Window(name="tickets_update", most=100, seconds=60, words="Zendesk's limit of changes to tickets in a minute"),
    # Changes to one record come few, and in a row.
    Window(
        name="per_ticket_updates", most=30, seconds=600, at_once=10, words="Zendesk's limit of changes to one ticket"
    ),
    Window(
        name="update_user", most=5, seconds=60, at_once=2, words="Zendesk's limit of changes to one person in a minute"
    ),
)

_WINDOW_SECONDS = 60.0
_PREFIX = "zendesk-ratelimit-"
_ENDPOINT_LIMIT = re.compile(r"total=([0-9]{1,9}); *remaining=([0-9]{1,9}); *resets=([0-9]{1,6})")
_NAMED = {"create-update-user": "update_user"}

_ENDPOINTS = (
    ("GET", re.compile(r"/incremental/\w+/cursor(\.json)?"), "incremental_exports_cursor"),
    ("GET", re.compile(r"/incremental/\w+(\.json)?"), "incremental_exports"),
    ("GET", re.compile(r"/tickets(\.json)?"), "tickets_index"),
    ("PUT", re.compile(r"/tickets/(?P<id>\d+)(\.json)?"), "tickets_update"),
    ("PUT", re.compile(r"/tickets/(?P<id>\d+)(\.json)?"), "per_ticket_updates:{id}"),
    ("PUT", re.compile(r"/users/(?P<id>\d+)(\.json)?"), "update_user:{id}"),
)


def price(method: str, path: str) -> Price:
    """Tell what a call takes: one of the account's minute, and of what is counted for its endpoint apart."""
    found = [
        name.format(**match.groupdict())
        for asked, pattern, name in _ENDPOINTS
        if asked == method and (match := pattern.fullmatch(path))
    ]
    return dict.fromkeys([MINUTE, *found], 1)


def told(answer: Answer, spent: Price) -> Sequence[Told]:
    """Read what an answer says of the account and of the endpoint."""
    endpoints = list(_endpoints(answer, spent))
    if answer.status == 429:
        wait = wait_seconds(answer)
        closed = [each.name for each in endpoints if each.left == 0] or [MINUTE]
        return [Told(name=name, left=0, resets_after_seconds=wait) for name in closed]
    headers = answer.headers
    account = Told(
        name=MINUTE,
        most=header_number(headers, "x-rate-limit") or header_number(headers, "ratelimit-limit"),
        left=header_number(headers, "ratelimit-remaining"),
        resets_after_seconds=_bounded(header_number(headers, "ratelimit-reset")),
    )
    return [account, *endpoints]


def wait_seconds(answer: Answer) -> float:
    """Tell how long a 429 asks us to wait."""
    asked = retry_after(answer.headers)
    if asked is not None:
        return asked
    # Beside the limit of the whole account each endpoint may have one of its own, in a header of its own name.
    resets = [resets for _, _, left, resets in _limits(answer) if left == 0]
    reset = header_number(answer.headers, "ratelimit-reset")
    if not resets and reset is not None:
        resets = [float(reset)]
    return min(max(resets, default=_WINDOW_SECONDS), _WINDOW_SECONDS)


def _endpoints(answer: Answer, spent: Price) -> Iterator[Told]:
    priced = {window_of(name): name for name in spent}
    for name, most, left, resets in _limits(answer):
        if name in priced:
            yield Told(name=priced[name], most=most, left=left, resets_after_seconds=_bounded(resets))


def _limits(answer: Answer) -> Iterator[tuple[str, int, int, float]]:
    for header, value in answer.headers.items():
        suffix = header.lower().removeprefix(_PREFIX)
        if suffix != header.lower() and (said := _ENDPOINT_LIMIT.match(value)):
            name = _NAMED.get(suffix, suffix.replace("-", "_"))
            yield name, int(said[1]), int(said[2]), float(said[3])


def _bounded(seconds: float | None) -> float | None:
    return None if seconds is None else min(float(seconds), 10 * _WINDOW_SECONDS)

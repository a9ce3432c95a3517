"""Lists, in either of two ways: by cursor where `page[size]` is given, else by numbered pages."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import msgspec

from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk.errors import bad_parameter
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.requests import base_address, whole

Show = Callable[[int], JSON]

SIZE = 100
LAST_PAGE = 100


class _Cursor(msgspec.Struct):
    o: str
    v: int


def page(request: HTTPRequest, caller: Caller, path: str, name: str, found: Sequence[int], show: Show) -> Answer:
    """The page of a list that was asked for; `found` are keys that rise. Raises `Refusal`."""
    return answer(listed(request, caller, path, name, found, show))


def listed(request: HTTPRequest, caller: Caller, path: str, name: str, found: Sequence[int], show: Show) -> JSON:
    """The same, to add to what comes along. Raises `Refusal`."""
    if "page[size]" in request.query_params or "page[after]" in request.query_params:
        return _by_cursor(request, caller, path, name, found, show)
    return _by_number(request, caller, path, name, found, show)


def _by_cursor(request: HTTPRequest, caller: Caller, path: str, name: str, found: Sequence[int], show: Show) -> JSON:
    size = whole(request, "page[size]", default=SIZE, most=SIZE)
    after = _after(request.query_params.get("page[after]"))
    rest = list(islice((key for key in found if after is None or key > after), size + 1))
    shown = rest[:size]
    address = f"{base_address(request, caller)}/api/v2{path}.json"
    kept = [(key, value) for key, value in request.query_params.multi_items() if not key.startswith("page[")]
    # Cursors and links stand there on the last page too, and lead to an empty one.
    ends = {"after": shown[-1], "before": shown[0]} if shown else {}
    cursors = {side: _cursor(key) for side, key in ends.items()}
    links = {
        side: f"{address}?{urlencode([*kept, (f'page[{side}]', cursor), ('page[size]', str(size))])}"
        for side, cursor in cursors.items()
    }
    return {
        name: [show(key) for key in shown],
        "meta": {
            "has_more": len(rest) > size,
            "after_cursor": cursors.get("after"),
            "before_cursor": cursors.get("before"),
        },
        "links": {"prev": links.get("before"), "next": links.get("after")},
    }


def _by_number(request: HTTPRequest, caller: Caller, path: str, name: str, found: Sequence[int], show: Show) -> JSON:
    size = whole(request, "per_page", default=SIZE, most=SIZE)
    number = whole(request, "page", default=1, most=10**6)
    if number > LAST_PAGE:
        raise bad_parameter("Number of pages is limited; use cursor pagination", "InvalidPaginationDepth")
    kept: dict[str, Any] = {key: value for key, value in request.query_params.items() if key != "page"}
    address = f"{base_address(request, caller)}/api/v2{path}.json"
    following = f"{address}?{urlencode({**kept, 'page': number + 1})}" if len(found) > number * size else None
    previous = f"{address}?{urlencode({**kept, 'page': number - 1})}" if number > 1 else None
    shown = found[(number - 1) * size : number * size]
    return {
        name: [show(key) for key in shown],
        "next_page": following,
        "previous_page": previous,
        "count": len(found),
    }


def _cursor(key: int) -> str:
    return b64encode(msgspec.json.encode(_Cursor("id", key))).decode()


def _after(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(b64decode(text, validate=True), type=_Cursor).v
    except ValueError as error:
        raise bad_parameter("page[after] is not valid", "InvalidPaginationParameter") from error

"""Search over users and tickets: words, and a few properties."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency

from sandbox.wire import JSON, Answer, HTTPRequest, answer
from sandbox.zendesk import answers, tickets, users
from sandbox.zendesk.errors import bad_parameter, invalid
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.requests import base_address, whole

MOST_RESULTS = 1000
SIZE = 100


@get("/search")
async def search(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """A page of what is found; past the thousandth there is none, though all are counted."""
    found = _found(request, caller)
    size, number = whole(request, "per_page", default=SIZE, most=SIZE), whole(request, "page", default=1, most=10**6)
    if (number - 1) * size >= MOST_RESULTS:
        raise invalid("base", f"Search response is limited to {MOST_RESULTS} results", "InvalidPaginationDepth")
    shown = found[(number - 1) * size : min(number * size, MOST_RESULTS)]
    query = {**request.query_params, "page": number + 1}
    more = number * size < min(len(found), MOST_RESULTS)
    following = f"{base_address(request, caller)}/api/v2/search.json?{urlencode(query)}" if more else None
    return answer(
        {"results": shown, "facets": None, "next_page": following, "previous_page": None, "count": len(found)}
    )


@get("/search/count")
async def count(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """How many are found."""
    return answer({"count": len(_found(request, caller))})


def _found(request: HTTPRequest, caller: Caller) -> list[JSON]:
    asked = request.query_params.get("query", "").split()
    if not asked:
        raise bad_parameter("A query is needed", "invalid")
    wanted = dict(word.split(":", 1) for word in asked if ":" in word)
    plain = [word.strip('"').lower() for word in asked if ":" not in word]
    kind, found = wanted.pop("type", None), list[JSON]()
    if kind in {None, "user"}:
        caller.need("users", "read")
        everyone = [users.show(caller.desk, key) for key in users.ids_of(caller.desk)]
        found += [each | {"result_type": "user"} for each in everyone if _fits(each, wanted, plain, ("name", "email"))]
    if kind in {None, "ticket"}:
        caller.need("tickets", "read")
        every = [answers.ticket(caller.desk, key - 1) for key in tickets.ids_of(caller.desk)]
        told = ("subject", "description")
        found += [each | {"result_type": "ticket"} for each in every if _fits(each, wanted, plain, told)]
    return found


def _fits(record: JSON, wanted: Mapping[str, Any], plain: list[str], told: tuple[str, ...]) -> bool:
    words = " ".join(str(record[name]) for name in told).lower()
    exact = all(str(record.get(name)).lower() == value.strip('"').lower() for name, value in wanted.items())
    return exact and all(word in words for word in plain)


ROUTES = (search, count)

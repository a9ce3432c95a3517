"""How long the gateway takes to answer what the list of contacts asks, over a real connection, one after the other."""

import json
import time
from collections.abc import Sequence
from random import Random
from urllib.parse import quote

import msgspec
from contracts.golden_records import ContactPage, ContactSummary
from lead.client import Gateway

QUERIES = 100
UNTIMED = 5
"""Asked first, so that what is measured is not the first look at anything."""

SEED = 7


async def measure_answers(session: Gateway) -> dict[str, list[float]]:
    """Ask each kind so many times; tell the milliseconds of each."""
    random = Random(SEED)
    known = await _some(session, random)
    return {
        "q, a name begun": await _timed(session, [f"q={quote(_begun(random, one))}" for one in known]),
        "q, a whole name": await _timed(session, [f"q={quote(f'{one.first_name} {one.last_name}')}" for one in known]),
        "q, an email": await _timed(session, [f"q={quote(one.email or '')}" for one in known]),
        "filter, a company": await _timed(session, [f"filter={quote(_of_company(one))}" for one in known]),
        "filter, sorted by name": await _timed(
            session, [f"filter={quote(_of_company(one))}&sort=name" for one in known]
        ),
        "page of 50, the newest": await _timed(session, ["limit=50"] * len(known)),
        "page of 200, further on": await _timed_pages(session),
    }


def _begun(random: Random, one: ContactSummary) -> str:
    name = one.last_name or ""
    return name[: random.randint(2, max(2, len(name)))]


def _of_company(one: ContactSummary) -> str:
    begun = (one.company or "").split(" ")[0]
    rule = {"field": "company", "operator": "contains", "value": begun}
    return json.dumps({"combinator": "and", "rules": [rule]})


async def _some(session: Gateway, random: Random) -> list[ContactSummary]:
    """Take contacts that have a name, an email and a company, from here and there."""
    found: list[ContactSummary] = []
    for sort in ("name", "-name", "email", "-email", "company", "-company", "created_at", "-created_at"):
        page = await _page(session, f"limit=200&sort={sort}")
        found += [one for one in page.items if one.first_name and one.last_name and one.email and one.company]
    return random.sample(found, min(len(found), QUERIES + UNTIMED))


async def _timed(session: Gateway, queries: Sequence[str]) -> list[float]:
    took = []
    for query in queries:
        began = time.perf_counter()
        await _page(session, query)
        took.append((time.perf_counter() - began) * 1000)
    return took[UNTIMED:]


async def _timed_pages(session: Gateway) -> list[float]:
    """Follow the list, page by page, from its beginning."""
    took, cursor = [], ""
    for _ in range(QUERIES):
        began = time.perf_counter()
        page = await _page(session, f"limit=200&sort=name{cursor}")
        took.append((time.perf_counter() - began) * 1000)
        if page.next_cursor is None:
            break
        cursor = f"&cursor={quote(page.next_cursor)}"
    return took


async def _page(session: Gateway, query: str) -> ContactPage:
    status, body = await session.call("GET", f"/contacts?{query}")
    assert status == 200, body
    return msgspec.json.decode(body, type=ContactPage)

"""Steps that journeys share, each through the public API."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from contracts.connections import ConnectionView
from contracts.golden_records import ContactSummary
from contracts.syncs import SyncView
from lead import browser
from lead.client import Gateway

from e2e.house import House

T = TypeVar("T")

FINISHED = {"succeeded", "failed", "cancelled"}


class _Expected(msgspec.Struct):
    golden_records: int


async def connect(gateway: Gateway, portal: int) -> ConnectionView:
    """Connect an account of the sandbox through the real OAuth routes."""
    await browser.allow(gateway.http, await gateway.authorize_url("hubspot"), str(portal))
    return next(one for one in await gateway.connections() if one.account_id == str(portal))


async def until(check: Callable[[], Coroutine[Any, Any, T]], *, what: str, seconds: float = 60) -> T:
    """Ask until the answer is true; fail with what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        answer = await check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s; last seen {answer!r}")
        await asyncio.sleep(0.1)


async def synced(gateway: Gateway, connection_id: UUID, *, runs: int = 1, seconds: float = 120) -> SyncView:
    """Wait until a connection has had so many finished runs; return the latest."""

    async def finished() -> SyncView | None:
        views = [view for view in await gateway.syncs(connection_id) if view.state in FINISHED]
        return max(views, key=lambda view: view.started_at) if len(views) >= runs else None

    view = await until(finished, what=f"run {runs} of {connection_id}", seconds=seconds)
    assert view is not None
    return view


def expected(house: House, *portals: int) -> int:
    """The number of golden records by the sandbox's own count."""
    answer = house.control("expected?portals=" + ",".join(map(str, portals)))
    return msgspec.json.decode(answer, type=_Expected).golden_records


async def golden_records(gateway: Gateway) -> list[ContactSummary]:
    """All golden records of the workspace."""
    return [record async for page in gateway.contacts() for record in page]


async def settled(gateway: Gateway, house: House, *portals: int, seconds: float = 60) -> list[ContactSummary]:
    """Wait until there are as many golden records as the sandbox counts; return them."""
    count = expected(house, *portals)

    async def as_many() -> list[ContactSummary] | None:
        records = await golden_records(gateway)
        return records if len(records) == count else None

    records = await until(as_many, what=f"{count} golden records", seconds=seconds)
    assert records is not None
    return records

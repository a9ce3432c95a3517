"""Steps that journeys share, each through the public API."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from aiohttp import ClientError, FormData
from contracts.connections import ConnectionView
from contracts.golden_records import ContactCount, ContactSummary
from contracts.pages import ItemPage
from contracts.syncs import SyncView
from lead import browser
from lead.client import NOTHING, Gateway
from lead.control import SandboxAccount

from e2e.house import House

T = TypeVar("T")

PASSWORD = "correct horse battery staple"
"""Of everybody here."""

AWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}
AWAY_SECONDS = 60
"""How long a service that was killed, or lost its database, may take to be back."""

FINISHED = {"succeeded", "failed", "cancelled"}


class PatientGateway(Gateway):
    """A session that asks again where it is told that something is not available just now, or is told nothing."""

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        form: FormData | None = None,
        headers: Mapping[str, str] = NOTHING,
    ) -> tuple[int, bytes]:
        """Call any route, for up to `AWAY_SECONDS`."""
        deadline = time.monotonic() + AWAY_SECONDS
        while True:
            with suppress(ClientError):
                status, answer = await super().call(method, path, body, form=form, headers=headers)
                if status not in AWAY or time.monotonic() > deadline:
                    return status, answer
            if time.monotonic() > deadline:
                raise AssertionError(f"{method} {path}: no answer within {AWAY_SECONDS} s")
            await asyncio.sleep(0.2)


class Expected(msgspec.Struct):
    """How many golden records there are by equal addresses, and how many people they are of."""

    golden_records: int
    people: int


async def join(gateway: Gateway) -> str:
    """Register somebody new, whose session it then is; return their email."""
    email = f"{uuid4().hex[:12]}@example.com"
    await gateway.sign_in(email, PASSWORD)
    return email


async def connect(gateway: Gateway, account: str) -> ConnectionView:
    """Connect an account of the sandbox, such as `hubspot:111111`, through the real OAuth routes."""
    provider, _, account_id = account.partition(":")
    asked = SandboxAccount(provider, account_id).asked
    await browser.allow(gateway.http, await gateway.authorize_url(provider, asked), account_id)
    return next(one for one in await gateway.connections() if (one.provider, one.account_id) == (provider, account_id))


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


async def after_syncing(
    gateway: Gateway, connection_id: UUID, check: Callable[[], Coroutine[Any, Any, T]], *, what: str
) -> T:
    """Sync until the answer is true: providers show a change in their search only some moments later."""

    async def sync_and_check() -> T:
        await gateway.sync(connection_id)
        await asyncio.sleep(0.5)
        return await check()

    return await until(sync_and_check, what=what)


def act(house: House, account: str, what: str, order: dict[str, object]) -> bytes:
    """Let something happen in an account of the sandbox."""
    return house.control(f"accounts/{account.replace(':', '/')}/{what}", order)


async def synced(gateway: Gateway, connection_id: UUID, *, runs: int = 1, seconds: float = 120) -> SyncView:
    """Wait until a connection has had so many finished runs; return the latest."""

    async def finished() -> SyncView | None:
        views = [view for view in await runs_of(gateway, connection_id) if view.state in FINISHED]
        return max(views, key=lambda view: view.started_at) if len(views) >= runs else None

    view = await until(finished, what=f"run {runs} of {connection_id}", seconds=seconds)
    assert view is not None
    return view


async def runs_of(gateway: Gateway, connection_id: UUID) -> list[SyncView]:
    """The runs of a connection; none while sync-worker has not heard of it yet, or is away."""
    status, body = await gateway.call("GET", f"/connections/{connection_id}/syncs")
    return [] if status in {404, 502, 503} else msgspec.json.decode(body, type=ItemPage[SyncView]).items


def expected(house: House, *accounts: str) -> Expected:
    """The number of golden records by the sandbox's own count."""
    return msgspec.json.decode(house.control("expected?accounts=" + ",".join(accounts)), type=Expected)


async def golden_records(gateway: Gateway) -> list[ContactSummary]:
    """All golden records of the workspace, page by page."""
    records: list[ContactSummary] = []
    cursor = ""
    while True:
        status, body = await gateway.call("GET", f"/contacts?limit=200{cursor}")
        assert status == 200, body
        page = msgspec.json.decode(body, type=ItemPage[ContactSummary])
        records += page.items
        if page.next_cursor is None:
            return records
        cursor = f"&cursor={page.next_cursor}"


async def settled(gateway: Gateway, house: House, *accounts: str, seconds: float = 60) -> list[ContactSummary]:
    """Wait until identity has heard all, and there are as many golden records as the sandbox counts; return them.

    Those who share an address are one; of those who do not, some are known to be one by what else they have in common.
    """
    counted = expected(house, *accounts)

    async def as_many() -> bool:
        status, body = await gateway.call("GET", "/contacts/count")
        # A service that was killed may not be back yet.
        if status != HTTPStatus.OK or await lag_of(gateway, "identity") != 0:
            return False
        return counted.people <= msgspec.json.decode(body, type=ContactCount).count <= counted.golden_records

    await until(as_many, what=f"{counted.people} to {counted.golden_records} golden records", seconds=seconds)
    return await golden_records(gateway)


async def lag_of(gateway: Gateway, service: str) -> int | None:
    """How many events a service has yet to handle; None while it is away."""
    _, body = await gateway.call("GET", "/health")
    told: int | None = msgspec.json.decode(body)["services"].get(service, {}).get("lag")
    return told

"""The demo: a new user connects two accounts, and watches golden records form; all through the public API."""

import asyncio
import contextlib
import os
import time
from uuid import UUID

import msgspec
from aiohttp import ClientError
from contracts.connections import ConnectionView
from contracts.syncs import SyncView

from lead import browser
from lead.client import Gateway, Refused
from lead.running import House, running
from lead.screen import Screen
from lead.settings import Settings

PROVIDER = "hubspot"
SYNC_SECONDS = 15
CHURN_SECONDS = 10
SETTLE_SECONDS = 60
SHOWN_AT_ONCE = 5
FINISHED = {"succeeded", "failed", "cancelled"}


def run(settings: Settings) -> None:
    """Show it, then stay up until Ctrl-C."""
    began = float(os.environ.get("LEAD_BEGAN") or time.time())  # make's start, so that setting up counts too
    screen = Screen()
    screen.say("Starting Lead Manager with sandbox providers …")
    with running(settings, sandbox=True, say=screen.say) as house:
        asyncio.run(_show(settings, house, screen, began))


async def _show(settings: Settings, house: House, screen: Screen, began: float) -> None:
    async with Gateway(settings.public_url) as gateway:
        new = await gateway.sign_in(settings.demo_email, settings.demo_password)
        screen.say(f"{'Registered' if new else 'Welcome back,'} {settings.demo_email}.")
        known = await _active(gateway)
        connected = await _connect_all(gateway, known)
        screen.say(f"Connected: {', '.join(one.account_name for one in connected)}. Syncing …")
        await _sync(gateway, connected, known, screen, began)
        accounts = {one.id: one.account_name for one in connected}
        await _compare(gateway, settings, screen, connected)
        screen.say(f"\n  {settings.public_url}        the page, and {settings.public_url}/docs its API")
        screen.say(f"  {settings.demo_email}   {settings.demo_password}")
        screen.say(f"  {settings.sandbox_url}/control   make changes happen in the sandbox's accounts")
        await _let_things_happen(gateway, settings)
        screen.say("\nChanges are synced as the sandbox makes them; Ctrl-C ends it.")
        await _stay(gateway, house, connected, accounts, screen)


async def _active(gateway: Gateway) -> list[ConnectionView]:
    return [one for one in await gateway.connections() if one.state == "active"]


async def _connect_all(gateway: Gateway, known: list[ConnectionView]) -> list[ConnectionView]:
    """Connect every account that the consent page offers and that is not connected yet."""
    offered = await browser.accounts_on_offer(gateway.http, await gateway.authorize_url(PROVIDER))
    for account in offered:
        if account not in {one.account_id for one in known}:
            await browser.allow(gateway.http, await gateway.authorize_url(PROVIDER), account)
    return await _active(gateway)


async def _sync(
    gateway: Gateway, connected: list[ConnectionView], known: list[ConnectionView], screen: Screen, began: float
) -> None:
    """Wait until every account has been synced since we asked, and show how far each is."""
    before = {one.id: await _latest(gateway, one.id) for one in known}
    for one in known:
        await gateway.sync(one.id)
    first = not known
    waiting = list(connected)
    with screen.drawing():
        while waiting:
            for one in connected:
                run = await _latest(gateway, one.id)
                screen.progress(one.account_name, run)
                if one in waiting and run and run.state in FINISHED and run != before.get(one.id):
                    waiting.remove(one)
            if first and await _any_golden_record(gateway):
                first = False
                screen.say(f"The first golden records are there, {time.time() - began:.1f} s after the command.")
            await asyncio.sleep(0.2)


async def _latest(gateway: Gateway, connection_id: UUID) -> SyncView | None:
    runs = await gateway.syncs(connection_id)
    return max(runs, key=lambda run: run.started_at, default=None)


async def _any_golden_record(gateway: Gateway) -> bool:
    async for page in gateway.contacts(limit=1):
        return bool(page)
    return False


async def _compare(gateway: Gateway, settings: Settings, screen: Screen, connected: list[ConnectionView]) -> None:
    """Show the golden records, and their number beside the sandbox's own count of its people."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        expected = await _expected(gateway, settings, connected)
        records = [record async for page in gateway.contacts() for record in page]
        if len(records) == expected or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.5)
    screen.golden_records(records, {one.id: one.account_name for one in connected})
    shared = sum(len(record.sources) > 1 for record in records)
    sources = sum(len(record.sources) for record in records)
    screen.say(f"{sources} contacts became {len(records)} golden records, {shared} of them from several sources.")
    verdict = "the same" if len(records) == expected else "NOT the same"
    screen.say(f"The sandbox, from its own people by the same rule, counts {expected}: {verdict}.")


async def _expected(gateway: Gateway, settings: Settings, connected: list[ConnectionView]) -> int:
    portals = ",".join(one.account_id for one in connected)
    async with gateway.http.get(f"{settings.sandbox_url}/control/expected", params={"portals": portals}) as answer:
        return msgspec.json.decode(await answer.read(), type=_Expected).golden_records


class _Expected(msgspec.Struct):
    golden_records: int


async def _let_things_happen(gateway: Gateway, settings: Settings) -> None:
    """Until now the accounts stood still, so that the numbers could be compared."""
    seconds = float(settings.environ.get("SANDBOX_CHURN_SECONDS") or CHURN_SECONDS)
    async with gateway.http.post(f"{settings.sandbox_url}/control/churn", json={"seconds": seconds}) as answer:
        answer.raise_for_status()


async def _stay(
    gateway: Gateway, house: House, connected: list[ConnectionView], accounts: dict[UUID, str], screen: Screen
) -> None:
    await asyncio.gather(_watch(house), _keep_syncing(gateway, connected), _show_changes(gateway, accounts, screen))


async def _watch(house: House) -> None:
    while True:
        await asyncio.to_thread(house.watch)
        await asyncio.sleep(1)


async def _keep_syncing(gateway: Gateway, connected: list[ConnectionView]) -> None:
    while True:
        for one in connected:
            with contextlib.suppress(Refused, ClientError):  # a service that is away comes back by itself
                await gateway.sync(one.id)
        await asyncio.sleep(SYNC_SECONDS)


async def _show_changes(gateway: Gateway, accounts: dict[UUID, str], screen: Screen) -> None:
    """Print golden records as they change; a stream that breaks is opened again."""
    while True:
        with contextlib.suppress(Refused, ClientError):  # the gateway is away: it comes back by itself
            async for name, data in gateway.live():
                if name == "golden_record.changed":
                    for change in msgspec.json.decode(data, type=_Changes).items[:SHOWN_AT_ONCE]:
                        if record := await gateway.contact(change.golden_id):
                            screen.change(record, accounts)
        await asyncio.sleep(1)


class _Change(msgspec.Struct):
    golden_id: UUID


class _Changes(msgspec.Struct):
    items: list[_Change]

"""The demo: a new user connects the sandbox's accounts and watches golden records form, all by the public API."""

import asyncio
import contextlib
import os
import time

from aiohttp import ClientError
from contracts.connections import ConnectionView
from contracts.syncs import SyncView

from lead import browser, control
from lead.client import Gateway, Refused
from lead.running import House, running
from lead.screen import Screen, badge
from lead.settings import Settings

FINISHED = {"succeeded", "failed", "cancelled"}

LOOK_SECONDS = 0.3
SETTLE_LOOKS = 200
SYNC_SECONDS = 15
CHURN_SECONDS = 10
SHOWN_AT_ONCE = 5


def run(settings: Settings) -> None:
    """Show it, then stay up until Ctrl-C."""
    began = float(os.environ.get("LEAD_BEGAN") or time.time())  # make's start, so that setting up counts too
    screen = Screen()
    screen.say("Starting Lead Manager with sandbox providers …")
    with running(settings, sandbox=True, say=screen.say) as house:
        asyncio.run(_show(settings, house, screen, began))


async def _show(settings: Settings, house: House, screen: Screen, began: float) -> None:
    async with Gateway(settings.public_url) as gateway:
        demo = Demo(settings, gateway, screen)
        await demo.sign_in()
        await demo.connect()
        await demo.sync(began)
        await demo.compare()
        await demo.let_things_happen()
        demo.say_where()
        await asyncio.gather(_watch(house), demo.keep_syncing(), demo.show_changes())


async def _watch(house: House) -> None:
    while True:
        await asyncio.to_thread(house.watch)
        await asyncio.sleep(2)


class Demo:
    """What a person does, one step after the other."""

    def __init__(self, settings: Settings, gateway: Gateway, screen: Screen) -> None:
        self._settings = settings
        self._gateway = gateway
        self._screen = screen
        self._connections: list[ConnectionView] = []
        self._known: list[ConnectionView] = []

    async def sign_in(self) -> None:
        """Register, or come back."""
        email = self._settings.demo_email
        new = await self._gateway.sign_in(email, self._settings.demo_password)
        self._screen.say(f"Registered {email}." if new else f"Welcome back, {email}.")

    async def connect(self) -> None:
        """Connect every account of the sandbox that is not connected yet."""
        self._known = await self._active()
        known = {(one.provider, one.account_id) for one in self._known}
        for one in await control.list_accounts(self._gateway.http, self._settings.sandbox_url):
            if (one.provider, one.account_id) not in known:
                await self._consent(one)
        self._connections = await self._active()
        names = ", ".join(f"{badge(one.provider)} {one.account_name}" for one in self._connections)
        self._screen.say(f"Connected: {names}. Syncing …")

    async def sync(self, began: float) -> None:
        """Wait until every account has been synced since we came, and show how far each is."""
        before = {one.id: await self._latest_run(one) for one in self._known}
        for one in self._known:
            await self._gateway.sync(one.id)
        awaiting_first = not self._known
        waiting = list(self._connections)
        with self._screen.drawing():
            while waiting:
                for one in self._connections:
                    run = await self._latest_run(one)
                    self._screen.progress(f"{badge(one.provider)} {one.account_name}", run)
                    if one in waiting and run and run.state in FINISHED and run != before.get(one.id):
                        waiting.remove(one)
                if awaiting_first and await self._gateway.count_contacts():
                    awaiting_first = False
                    self._screen.say(f"First golden records {time.time() - began:.1f} s after the command.")
                await asyncio.sleep(LOOK_SECONDS)

    async def compare(self) -> None:
        """Show the golden records, and their number beside the sandbox's own count of its people."""
        http, sandbox = self._gateway.http, self._settings.sandbox_url
        expected = await control.count_expected(http, sandbox, self._connections)
        fewest, most = expected.people, expected.golden_records
        counted = await self._gateway.count_contacts()
        for _ in range(SETTLE_LOOKS):  # what was synced last is still on its way through the bus
            before, counted = counted, await self._gateway.count_contacts()
            if before == counted and fewest <= counted <= most:
                break
            await asyncio.sleep(LOOK_SECONDS)
        records = await self._gateway.contacts()
        self._screen.golden_records(records)
        self._screen.say(in_words(counted, fewest=fewest, most=most))

    async def let_things_happen(self) -> None:
        """Let the accounts change: until now they stood still, so that the numbers could be compared."""
        seconds = float(self._settings.environ.get("SANDBOX_CHURN_SECONDS") or CHURN_SECONDS)
        await control.change_every(self._gateway.http, self._settings.sandbox_url, seconds)

    def say_where(self) -> None:
        """Tell where to look, and how to get in."""
        settings = self._settings
        self._screen.say(f"\n  The page:     {settings.public_url}")
        self._screen.say(f"                sign in as {settings.demo_email} with {settings.demo_password}")
        self._screen.say(f"  Its API:      {settings.public_url}/docs")
        self._screen.say(f"  The sandbox:  {settings.sandbox_url}/control, to make things happen in its accounts")
        self._screen.say(
            "\nFrom now on the sandbox's people change something every few seconds; what arrives is listed here.\n"
            "Ctrl-C ends it all."
        )

    async def keep_syncing(self) -> None:
        """Ask for syncs more often than the schedule would."""
        while True:
            for one in self._connections:
                with contextlib.suppress(Refused, ClientError):  # a service that is away comes back by itself
                    await self._gateway.sync(one.id)
            await asyncio.sleep(SYNC_SECONDS)

    async def show_changes(self) -> None:
        """Print golden records as they change; a stream that breaks is opened again."""
        while True:
            with contextlib.suppress(Refused, ClientError):
                async for changed in self._gateway.changed_records():
                    for golden_id in changed[:SHOWN_AT_ONCE]:
                        if record := await self._gateway.contact(golden_id):
                            self._screen.change(record)
            await asyncio.sleep(1)

    async def _consent(self, account: control.SandboxAccount) -> None:
        url = await self._gateway.authorize_url(account.provider, account.asked)
        await browser.allow(self._gateway.http, url, account.account_id)

    async def _active(self) -> list[ConnectionView]:
        return [one for one in await self._gateway.connections() if one.state == "active"]

    async def _latest_run(self, connection: ConnectionView) -> SyncView | None:
        runs = await self._gateway.syncs(connection.id)
        return max(runs, key=lambda run: run.started_at, default=None)


def in_words(counted: int, *, fewest: int, most: int) -> str:
    """Say how many golden records there are, and whether that can be right."""
    is_right = fewest <= counted <= most
    return (
        f"{counted} golden records. The sandbox's accounts hold records of {fewest} people, whom it made up and so "
        f"knows; joined by equal email addresses alone they would be {most}. "
        + (
            f"{counted} lies between, as it should."
            if is_right
            else f"{counted} does not lie between: something is wrong."
        )
    )

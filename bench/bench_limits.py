"""What of a provider's limits a first sync uses, how often it is refused, and what keeping count costs.

First syncs of an account of each provider out of the sandbox with its limits on, which counts every call itself; then
what Zendesk's comments take, as a run reads them and where their export is refused; then the meter alone, on the same
server: its statements and microseconds for a call.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from lead.client import Gateway
from lead.postgres import EmbeddedPostgres, temporary_postgres
from providers.http import open_session
from providers.quota import Price, Told
from providers.registry import SOURCES
from providers.source import Access
from providers.zendesk import Zendesk
from providers.zendesk_oauth import ApiToken
from servicekit.migrations import migrate
from servicekit.testing import ROLE_PREFIX, TEST_SECRET, FreshDatabase
from sqlalchemy import event
from sync_worker.budgets import Budgets

from bench.server import OPTIONS
from bench.table import show
from e2e.house import House, embedded
from e2e.journey import connect, join, synced

ACCOUNTS = ("hubspot:111111", "pipedrive:222222", "zendesk:acme")
WINDOWS = {
    "ten_seconds": (110, 10.0),
    "search": (5, 1.0),
    "burst": (80, 2.0),
    "minute": (200, 60.0),
    "incremental-exports-cursor": (20, 60.0),
    "incremental-exports": (10, 60.0),
}
HUBSPOT: Price = {"ten_seconds": 1, "daily": 1}
COMMENTED = 1_000
CALLS = 20_000
PACED_CALLS = 100


class Counted(msgspec.Struct):
    """A window as the sandbox counted it."""

    account: str
    window: str
    taken: int
    refused: int
    fullest: int


class Counts(msgspec.Struct):
    """All of them."""

    items: list[Counted]


async def first_syncs(house: House, count: int) -> None:
    """Sync all accounts for the first time, at once, and print what of their limits was used."""
    async with Gateway(house.gateway_url) as gateway:
        await join(gateway)
        connections = {account: await connect(gateway, account) for account in ACCOUNTS}
        seconds = {}
        for account, connection in connections.items():
            view = await synced(gateway, connection.id, seconds=900)
            assert view.finished_at
            seconds[account] = (view.finished_at - view.started_at).total_seconds()
    counted = msgspec.json.decode(house.control("limits"), type=Counts).items
    rows = []
    for each in counted:
        if each.window not in WINDOWS:
            continue
        most, per = WINDOWS[each.window]
        budget = most * max(1.0, seconds[each.account] / per)
        rows.append(
            [
                f"{each.account} {each.window}",
                f"{seconds[each.account]:.0f}",
                str(each.taken),
                f"{budget:.0f}",
                f"{each.taken / budget:.0%}",
                f"{each.fullest} of {most}",
                str(each.refused),
            ]
        )
    show(
        f"First syncs of {count:,} contacts each, with limits on",
        ["window", "s", "calls", "allowed meanwhile", "used", "fullest window", "429s"],
        rows,
    )


class Tally:
    """A meter that holds nobody up, and counts."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    async def spend(self, price: Price) -> None:
        """Count a call."""
        self.calls.update(price)

    async def learn(self, told: Iterable[Told]) -> None:
        """Nothing that is told matters here."""


async def comments(house: House) -> None:
    """Print what it takes to read the comments of an account, out of the export of events and ticket by ticket."""
    house.control("rate-limits", {"on": False})
    names = {"provider": "zendesk", "account_id": "comments", "name": "Bench"}
    house.control("accounts", {**names, "contacts": COMMENTED})
    settings = {"ZENDESK_API_URL": f"{house.sandbox_url}/zendesk/{{subdomain}}"}
    told, calls, bookmark = await _read_comments(settings, None)
    later = await _read_comments(settings, bookmark)
    fault = {"kind": "forbidden", "path": "/zendesk/comments/api/v2/incremental/ticket_events"}
    house.control("faults", fault)
    asked = await _read_comments(settings, None)
    rows = [
        ["every comment, out of the export of events", str(told), *_counted(calls)],
        ["the same ticket by ticket", str(asked[0]), *_counted(asked[1])],
        ["a later run with nothing new", str(later[0]), *_counted(later[1])],
    ]
    title = f"What the comments of {COMMENTED:,} Zendesk contacts' tickets take"
    show(title, ["", "comments", "calls", "of them exports", "minutes at 200 and 10 a minute"], rows)


def _counted(calls: Counter[str]) -> list[str]:
    exports = calls["incremental_exports"] + calls["incremental_exports_cursor"]
    return [str(calls["minute"]), str(exports), f"{max(calls['minute'] / 200, exports / 10):.1f}"]


async def _read_comments(settings: dict[str, str], bookmark: str | None) -> tuple[int, Counter[str], str | None]:
    """Read the stream to its end; return how many comments it showed, what that took, and where it ends."""
    zendesk, tally = Zendesk(), Tally()
    app = zendesk.environment(settings)
    assert app
    async with open_session() as http:
        given = ApiToken(subdomain="comments", email="robin@comments-help.example", api_token="sandbox-zendesk-token")
        grant = await zendesk.sign_in(http, app, given)
        access = Access(
            access_token=grant.access_token,
            token_type=grant.token_type,
            api_url=grant.api_url or app.api_url,
            account_id=grant.account_id,
            meter=tally,
        )
        cursor, shown = None, set[str]()
        while True:
            page = await zendesk.fetch_page(
                http, access, "comments", cursor=cursor, bookmark=bookmark, now=datetime.now(UTC)
            )
            shown |= {each.provider_id for each in page.interactions}
            if page.next_cursor is None:
                return len(shown), tally.calls, page.bookmark
            cursor = page.next_cursor


async def meter(postgres: EmbeddedPostgres) -> None:
    """Print what keeping count costs: where there is no limit to speak of, and at HubSpot's."""
    fresh = FreshDatabase(postgres.url)
    db = fresh.database("sync-worker")
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(db.engine.sync_engine, "before_cursor_execute", count)
    rows = []
    for name, most, calls in (("1,000,000 in ten seconds", 1_000_000, CALLS), ("110 in ten seconds", 110, PACED_CALLS)):
        account = Budgets(db, SOURCES).meter("hubspot", name)
        told = [Told(name="daily"), Told(name="ten_seconds", most=most, left=most)]
        await account.spend(HUBSPOT)
        await account.learn(told)
        statements, began, spent = 0, time.perf_counter(), time.process_time()
        for _ in range(calls):
            await account.spend(HUBSPOT)
            await account.learn(told)
        took, cpu = time.perf_counter() - began, time.process_time() - spent
        rows.append([name, f"{calls / took:,.0f}", f"{statements / calls * 1000:.1f}", f"{cpu / calls * 1e6:.1f}"])
    await fresh.close()
    show("The meter alone", ["limit", "calls/s", "statements per 1,000 calls", "µs of CPU a call"], rows)


def main() -> None:
    """Measure on a server and a house of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000, help="contacts of each account (10000)")
    count = parser.parse_args().count
    with temporary_postgres(OPTIONS) as postgres, tempfile.TemporaryDirectory() as folder:
        settings = {
            "DATABASE_URL": postgres.url,
            "SANDBOX_ACCOUNTS": ",".join(f"{account}:Bench:{count}" for account in ACCOUNTS),
            "SANDBOX_RATE_LIMITS": "on",
        }
        with embedded(Path(folder), settings) as house:
            asyncio.run(first_syncs(house, count))
            asyncio.run(comments(house))
    with temporary_postgres(OPTIONS) as postgres:
        migrate(postgres.url, role_prefix=ROLE_PREFIX, lead_secret=TEST_SECRET, services=["sync-worker"])
        asyncio.run(meter(postgres))


if __name__ == "__main__":
    main()

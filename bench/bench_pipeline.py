"""How fast contacts come from a provider's page to their golden record, through the whole house.

First syncs of two accounts that know some of the same people, of HubSpot's page size (100) out of the sandbox, on two
cores shared by everything: the sandbox (whose pages are written before the clock runs), the services, Postgres, which
has worked before. Beside it, on the same server and the same rows: COPY into a plain table (the limit), and a resolver
that takes one contact at a time (what one writes first).
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import msgspec
import psutil
import psycopg
from contracts.contacts import Contact
from lead.client import Gateway
from lead.postgres import EmbeddedPostgres, temporary_postgres

from bench.server import OPTIONS, work_in
from bench.table import show
from bench.warm import read_through
from e2e.house import House, embedded
from e2e.journey import connect, expected, join, lag_of, synced, until

ACCOUNTS = ("hubspot:111111", "hubspot:222222")
OVERLAP = 0.6
ONE_BY_ONE = 2_000
TIMES = 5
"""What is over in a second or two is measured so often: of one time, the machine's own moods are a tenth."""
SYNCS, SYNCED_ONCE = 3, 200_000
"""A first sync is measured so often for the same reason, each time in a new house; once from so many contacts on."""
WEIGHED_AT_MOST = 20_000
"""Of so many contacts it is waited for until all were weighed, too; of more that takes minutes."""
SERVICES = ("sandbox", "gateway", "auth", "connections", "sync-worker", "identity")

# Contacts that identity has handled, from two small tables: counting rows would cost what is measured here. Looking
# often would, too, so it is asked when the last of them was.
_RESOLVED = """
SELECT (SELECT coalesce(sum(fetched), 0) FROM sync_worker.sync_stream WHERE stream = 'contacts')
     - (SELECT coalesce(sum(s.last - coalesce(o.position, 0)), 0)
        FROM bus.shard s LEFT JOIN bus."offset" o
          ON (o.consumer, o.topic, o.lane, o.shard) = ('identity', s.topic, s.lane, s.shard)
        WHERE s.topic = 'source_records')
"""
_RESOLVED_AT = """SELECT max(moved_at) FROM bus."offset" WHERE consumer = 'identity' AND topic = 'source_records'"""
LOOK_SECONDS = 0.25

_SOME = """
SELECT s.provider_id, s.raw::text, i.contact
FROM sync_worker.source_contact s JOIN identity.source_identity i USING (workspace_id, connection_id, provider_id)
LIMIT %s
"""


def open_account(house: House, account: str, *, contacts: int) -> None:
    """Open an account of the sandbox that knows some of the people of the one before it."""
    provider, _, account_id = account.partition(":")
    setting = {"provider": provider, "account_id": account_id, "name": "Bench", "contacts": contacts}
    house.control("accounts", {**setting, "overlap": OVERLAP, "dealings": False})


class FirstSync(msgspec.Struct):
    """How long it took until all were golden records by their keys, and then until all were weighed and findable."""

    seconds: float
    golden: int
    then_seconds: float | None
    then_golden: int
    cost: "Cost"


class Cost(msgspec.Struct):
    """CPU seconds of every process of the house, and of Postgres; the most bytes that services held, where known."""

    seconds: dict[str, float]
    most_bytes: dict[str, int] = {}

    def since(self, earlier: "Cost") -> "Cost":
        """What was spent meanwhile."""
        return Cost({name: spent - earlier.seconds.get(name, 0.0) for name, spent in self.seconds.items()})


def cost_of(house: House, postgres: EmbeddedPostgres) -> Cost:
    """Read what each process has spent so far."""
    spent = {}
    for name in SERVICES:
        times = house.process_of(name).cpu_times()
        spent[name] = times.user + times.system
    postmaster = psutil.Process(int((postgres.data / "postmaster.pid").read_text().splitlines()[0]))
    own = [postmaster.cpu_times(), *(child.cpu_times() for child in postmaster.children())]
    # Backends that ended are in the postmaster's own account of its children.
    spent["postgres"] = sum(t.user + t.system for t in own) + own[0].children_user + own[0].children_system
    return Cost(spent)


async def watch_memory(house: House, most: dict[str, int]) -> None:
    """Keep the most bytes that each service was seen to hold, until cancelled."""
    processes: dict[str, psutil.Process] = {}
    while True:
        for name in SERVICES:
            try:
                # To find a process is to look at all there are, which would cost what is measured here.
                if name not in processes:
                    processes[name] = house.process_of(name)
                most[name] = max(most.get(name, 0), processes[name].memory_info().rss)
            except (psutil.NoSuchProcess, LookupError):  # it was killed, and is on its way back
                processes.pop(name, None)
        await asyncio.sleep(1.0)


async def kill_on_the_way(house: House, admin: psycopg.AsyncConnection, count: int) -> None:
    """Kill the services that carry a first sync, each at a third of the way that it carries alone."""
    for service, part in (("sync-worker", 1 / 3), ("identity", 2 / 3)):
        await resolved(admin, int(count * part), at_least=True)
        house.kill(service)


async def first_sync(
    house: House, postgres: EmbeddedPostgres, admin: psycopg.AsyncConnection, count: int, *, kill: bool
) -> FirstSync:
    """Connect both accounts, which hold contacts and nothing else, and wait for the last one to be resolved.

    Seconds count from the beginning of the first run, and what was spent meanwhile ends with the last one's keys.
    """
    for account in ACCOUNTS:
        open_account(house, account, contacts=count // len(ACCOUNTS))
    # Its pages bear the address they were asked for at, which for our services is this one.
    sandbox_url = house.sandbox_url.replace("localhost", "127.0.0.1")
    assert sum([await read_through(sandbox_url, account) for account in ACCOUNTS]) == count
    before = cost_of(house, postgres)
    async with Gateway(house.gateway_url) as gateway:
        await join(gateway)
        most: dict[str, int] = {}
        watching = asyncio.create_task(watch_memory(house, most))
        connections = [await connect(gateway, account) for account in ACCOUNTS]
        if kill:
            await kill_on_the_way(house, admin, count)
        await resolved(admin, count)
        cost = cost_of(house, postgres).since(before)
        ended: datetime = (await (await admin.execute(_RESOLVED_AT)).fetchone() or (None,))[0]
        golden = await gateway.count_contacts()
        views = [await synced(gateway, connection.id, seconds=900) for connection in connections]
        assert sum(view.counts["contacts"].added for view in views) == count, views
        if is_small := count <= WEIGHED_AT_MOST:
            await until(partial(has_heard_all, gateway), what="all to be weighed and findable", seconds=300)
        watching.cancel()
        cost.most_bytes = most
        counted = expected(house, *ACCOUNTS)
        found = FirstSync(
            seconds=(ended - min(view.started_at for view in views)).total_seconds(),
            golden=golden,
            then_seconds=time.time() - ended.timestamp() if is_small else None,
            then_golden=await gateway.count_contacts(),
            cost=cost,
        )
        assert counted.people <= found.then_golden <= counted.golden_records, (counted, found.then_golden)
        return found


async def has_heard_all(gateway: Gateway) -> bool:
    """Whether identity has nothing left to do."""
    return await lag_of(gateway, "identity") == 0


async def resolved(admin: psycopg.AsyncConnection, count: int, *, at_least: bool = False) -> None:
    """Wait until so many contacts have become golden records."""
    deadline = time.monotonic() + 900
    while not _is_enough((await (await admin.execute(_RESOLVED)).fetchone() or (0,))[0], count, at_least=at_least):
        assert time.monotonic() < deadline, f"{count} contacts were not resolved in time"
        await asyncio.sleep(LOOK_SECONDS)


def _is_enough(now: int, count: int, *, at_least: bool) -> bool:
    return now >= count if at_least else now == count


async def copy_rate(admin: psycopg.AsyncConnection) -> float:
    """COPY the same source rows into a plain table; rows a second, the median of `TIMES`."""
    async with admin.cursor() as cursor, cursor.copy("COPY sync_worker.source_contact TO STDOUT") as out:
        lines = [bytes(line) async for line in out]
    return median([await _copy_once(admin, lines) for _ in range(TIMES)])


async def _copy_once(admin: psycopg.AsyncConnection, lines: list[bytes]) -> float:
    await admin.execute("CREATE TABLE copied AS SELECT * FROM sync_worker.source_contact WITH NO DATA")
    await admin.execute("CHECKPOINT")
    async with admin.cursor() as cursor:
        started = time.perf_counter()
        async with cursor.copy("COPY copied FROM STDIN") as into:
            for line in lines:
                await into.write(line)
        rate = len(lines) / (time.perf_counter() - started)
    await admin.execute("DROP TABLE copied")
    return rate


async def one_by_one_rate(admin: psycopg.AsyncConnection) -> float:
    """Do one contact at a time what one writes first; contacts a second, the median of `TIMES`.

    Keep the raw record, look the email up, make or update the golden record, link the two, commit: the same rows as
    ours, without events, keys, lineage or a way back.
    """
    rows = await (await admin.execute(_SOME, [ONE_BY_ONE])).fetchall()
    contacts = [(provider_id, raw, msgspec.json.decode(contact, type=Contact)) for provider_id, raw, contact in rows]
    return median([await _resolve_one_by_one(admin, contacts) for _ in range(TIMES)])


async def _resolve_one_by_one(admin: psycopg.AsyncConnection, contacts: Sequence[tuple[str, str, Contact]]) -> float:
    await admin.execute("DROP TABLE IF EXISTS naive_golden, naive_source, naive_map")
    await admin.execute(
        "CREATE TABLE naive_golden "
        "(id uuid PRIMARY KEY, email text UNIQUE, first_name text, last_name text, phone text)"
    )
    await admin.execute("CREATE TABLE naive_source (provider_id text PRIMARY KEY, raw json NOT NULL)")
    await admin.execute("CREATE TABLE naive_map (provider_id text PRIMARY KEY, golden_id uuid NOT NULL)")
    started = time.perf_counter()
    for provider_id, raw, contact in contacts:
        async with admin.transaction():
            await admin.execute(
                "INSERT INTO naive_source VALUES (%s, %s) ON CONFLICT (provider_id) DO UPDATE SET raw = excluded.raw",
                [provider_id, raw],
            )
            email = contact.emails[0].lower() if contact.emails else None
            found = await (await admin.execute("SELECT id FROM naive_golden WHERE email = %s", [email])).fetchone()
            golden: UUID = found[0] if found else uuid4()
            await admin.execute(
                "INSERT INTO naive_golden VALUES (%s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET "
                "first_name = excluded.first_name, last_name = excluded.last_name, phone = excluded.phone",
                [golden, email, contact.first_name, contact.last_name, (contact.phones or (None,))[0]],
            )
            await admin.execute("INSERT INTO naive_map VALUES (%s, %s)", [provider_id, golden])
    return len(contacts) / (time.perf_counter() - started)


async def sync(house: House, postgres: EmbeddedPostgres, count: int, *, kill: bool) -> FirstSync:
    """Sync both accounts in a house that has nothing else to do."""
    async with await psycopg.AsyncConnection.connect(postgres.url, autocommit=True) as admin:
        return await first_sync(house, postgres, admin, count, kill=kill)


async def compare(postgres: EmbeddedPostgres, count: int, syncs: Sequence[FirstSync]) -> None:
    """Measure what they are to be compared with, now that the house is silent, and print the median beside it."""
    done = sorted(syncs, key=lambda each: each.seconds)[len(syncs) // 2]
    async with await psycopg.AsyncConnection.connect(postgres.url, autocommit=True) as admin:
        copied, naive = await copy_rate(admin), await one_by_one_rate(admin)
    seconds, cost, rate = done.seconds, done.cost, count / done.seconds
    show(
        f"A first sync of {count:,} contacts, {done.golden:,} golden records"
        + (
            f"; {done.then_golden:,} when all were weighed, {done.then_seconds:.0f} s later"
            if done.then_seconds
            else ""
        )
        + (
            f" (the median of {', '.join(f'{count / each.seconds:,.0f}' for each in syncs)} a second)"
            if syncs[1:]
            else ""
        ),
        ["", "contacts/s", "beside ours"],
        [
            ["page → source row → golden record", f"{rate:,.0f}", "1"],
            ["COPY of the source rows alone", f"{copied:,.0f}", f"{copied / rate:.1f} times"],
            ["one at a time, one connection", f"{naive:,.0f}", f"1/{rate / naive:.1f}"],
        ],
    )
    own = sum(cost.seconds.values()) - cost.seconds["sandbox"]
    show(
        f"CPU seconds of the {seconds:.1f} s (contacts per CPU second without the sandbox: {count / own:,.0f})",
        ["process", "CPU s", "µs a contact", "MB at most"],
        [
            [name, f"{spent:.1f}", f"{spent / count * 1e6:.0f}", _megabytes(cost.most_bytes.get(name))]
            for name, spent in cost.seconds.items()
        ],
    )


def _megabytes(most: int | None) -> str:
    return f"{most / 1e6:.0f}" if most else ""


def main() -> None:
    """Measure each size on servers and in houses of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000], help="contacts (10000 100000)")
    parser.add_argument("--kill", action="store_true", help="kill sync-worker and identity on the way")
    given = parser.parse_args()
    for count in given.sizes:
        syncs: list[FirstSync] = []
        times = 1 if given.kill or count >= SYNCED_ONCE else SYNCS
        while len(syncs) < times:
            with temporary_postgres(OPTIONS) as postgres, tempfile.TemporaryDirectory() as folder:
                work_in(postgres.url)
                settings = {
                    "DATABASE_URL": postgres.url,
                    "SANDBOX_ACCOUNTS": "",
                    "SANDBOX_RATE_LIMITS": "off",
                }
                with embedded(Path(folder), settings) as house:
                    syncs.append(asyncio.run(sync(house, postgres, count, kill=given.kill)))
                if len(syncs) == times:
                    asyncio.run(compare(postgres, count, syncs))


if __name__ == "__main__":
    main()

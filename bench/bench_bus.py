"""What an event costs: publishing, draining, and the way from a commit to the handler.

Beside it, in the same run: COPY of the same rows into a plain table (the limit), and one plain INSERT of them from
JSON (an outbox without positions, lanes or shards).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from statistics import median, quantiles
from uuid import UUID

import msgspec
import psycopg
from contracts.contacts import Contact, ContactFetched
from servicekit.consumer import Consumer, on
from servicekit.database import Database
from servicekit.outbox import publish
from servicekit.testing import FreshDatabase, drain
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.server import bench_server
from bench.table import show

EVENTS = 20_000
PER_TRANSACTION = 500
STEADY_PER_SECOND = 200
STEADY_SECONDS = 10
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
WORKSPACE = UUID("00000000-0000-4000-8000-00000000be7c")


def sample(number: int) -> ContactFetched:
    """Make an event of the usual size, some 400 bytes of JSON."""
    contact = Contact(
        first_name="Ada", last_name="Lovelace", emails=(f"ada{number}@example.com",), company="Analytical Engines",
        updated_at=MOMENT,
    )  # fmt: skip
    return ContactFetched(
        workspace_id=WORKSPACE, connection_id=WORKSPACE, provider="hubspot", provider_id=str(number), revision=1,
        first_seen_at=MOMENT, contact=contact,
    )  # fmt: skip


async def ignore(conn: AsyncConnection, events: Sequence[ContactFetched]) -> None:
    """Handle a batch by doing nothing, so that only the bus is measured."""


async def rate(work: Callable[[], Awaitable[object]]) -> float:
    """Events a second."""
    started = time.perf_counter()
    await work()
    return EVENTS / (time.perf_counter() - started)


async def publish_all(db: Database) -> None:
    """Publish in transactions of a page's size."""
    for start in range(0, EVENTS, PER_TRANSACTION):
        async with db.transaction() as conn:
            publish(conn, [sample(number) for number in range(start, start + PER_TRANSACTION)], lane="backfill")


async def insert_plainly(admin: psycopg.AsyncConnection) -> None:
    """Insert the same payloads without positions."""
    await admin.execute("CREATE TABLE IF NOT EXISTS plain (id bigserial PRIMARY KEY, payload json NOT NULL)")
    for start in range(0, EVENTS, PER_TRANSACTION):
        page = msgspec.json.encode([{"p": sample(n)} for n in range(start, start + PER_TRANSACTION)]).decode()
        async with admin.transaction():
            await admin.execute(
                "INSERT INTO plain (payload) SELECT p FROM json_to_recordset(%s::json) AS r (p json)", [page]
            )


async def copy_plainly(admin: psycopg.AsyncConnection) -> None:
    """COPY the same payloads."""
    await admin.execute("CREATE TABLE IF NOT EXISTS copied (payload json NOT NULL)")
    for start in range(0, EVENTS, PER_TRANSACTION):
        rows = [msgspec.json.encode(sample(n)).decode() for n in range(start, start + PER_TRANSACTION)]
        async with admin.transaction(), admin.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows:
                await copy.write_row([row])


async def latencies(db: Database) -> list[float]:
    """Milliseconds from just before a commit to the handler, one event a transaction, at a steady rate."""
    arrived: dict[str, float] = {}

    async def note(conn: AsyncConnection, events: Sequence[ContactFetched]) -> None:
        now = time.perf_counter()
        arrived.update({event.provider_id: now for event in events})

    consumer = Consumer(db, name="latency", subscriptions=[on(ContactFetched, note)])
    await drain(db, [on(ContactFetched, ignore)], consumer="latency")
    running = asyncio.create_task(consumer.run(poll_seconds=1, retention_days=3))
    await asyncio.sleep(0.5)
    sent: dict[str, float] = {}
    begun = time.perf_counter()
    for number in range(STEADY_PER_SECOND * STEADY_SECONDS):
        await asyncio.sleep(max(begun + number / STEADY_PER_SECOND - time.perf_counter(), 0))
        key = f"steady-{number}"
        async with db.transaction() as conn:
            publish(conn, [msgspec.structs.replace(sample(number), provider_id=key)])
            sent[key] = time.perf_counter()
    await asyncio.sleep(0.5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return [(arrived[key] - sent[key]) * 1000 for key in sent]


async def measure(server: FreshDatabase) -> None:
    """Measure and print."""
    publisher, reader = server.database("sync-worker"), server.database("identity")
    async with await psycopg.AsyncConnection.connect(server.admin_url, autocommit=True) as admin:
        published = await rate(lambda: publish_all(publisher))
        drained = await rate(lambda: drain(reader, [on(ContactFetched, ignore)]))
        inserted = await rate(lambda: insert_plainly(admin))
        copied = await rate(lambda: copy_plainly(admin))
        milliseconds = await latencies(reader)
    show(
        f"The bus, {EVENTS:,} events of a contact each, {PER_TRANSACTION} a transaction",
        ["", "events/s", "of COPY"],
        [
            ["publish", f"{published:,.0f}", f"{published / copied:.0%}"],
            ["drain (empty handler)", f"{drained:,.0f}", f"{drained / copied:.0%}"],
            ["plain INSERT of the payloads", f"{inserted:,.0f}", f"{inserted / copied:.0%}"],
            ["COPY of the payloads", f"{copied:,.0f}", "100%"],
        ],
    )
    percentiles = quantiles(milliseconds, n=100)
    show(
        f"From commit to handler, {STEADY_PER_SECOND} single events a second",
        ["p50 ms", "p99 ms"],
        [[f"{median(milliseconds):.2f}", f"{percentiles[98]:.2f}"]],
    )
    await server.close()


if __name__ == "__main__":
    with bench_server() as bench:
        asyncio.run(measure(bench))

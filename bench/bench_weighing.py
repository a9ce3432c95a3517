"""What follows beside the path costs: weighing and indexing, and one changed record however many there are.

`python -m bench.bench_weighing [CONTACTS …]`: contacts are told as events in batches, as sync-worker tells them; each
consumer of identity is then let run by itself. Then single records are changed, with all rules on: from the event to
the golden record, weighed, and found.
"""

import argparse
import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from statistics import median
from typing import Any
from unittest.mock import patch
from uuid import UUID

import msgspec
from contracts.contacts import Contact, ContactFetched
from identity.app import NAME
from identity.handlers import projections, subscriptions
from identity.rules import scoring
from identity.weights import weighing
from servicekit.database import Database
from servicekit.outbox import publish
from servicekit.testing import drain
from sqlalchemy import event, text

from bench.populations import person, shown
from bench.server import bench_server
from bench.table import show

WORKSPACE, CONNECTION = UUID(int=7), UUID(int=8)
START = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 1_000
CHANGES = 30
SEED = 11
ENDINGS = tuple(a + b + c for a in ("", "b", "d", "m", "r", "s", "t") for b in "aeiou" for c in ("ck", "l", "n", "rt"))
"""Of family names: a million people have many more than the seventy-eight of the other benches."""


def contacts(count: int) -> Iterator[Contact]:
    """Make contacts up, of people who are told of one to four times, mistyped and with gaps."""
    random = Random(SEED)
    number = made = 0
    while made < count:
        who = msgspec.structs.replace(who := person(random, number), last=who.last + random.choice(ENDINGS))
        number += 1
        for _ in range(min(random.choice((1, 1, 1, 2, 2, 3, 4)), count - made)):
            yield shown(random, who)
            made += 1


def told(number: int, contact: Contact, revision: int = 1) -> ContactFetched:
    """Make the event of a contact."""
    return ContactFetched(
        workspace_id=WORKSPACE,
        connection_id=CONNECTION,
        provider="hubspot",
        provider_id=str(number),
        revision=revision,
        first_seen_at=START + timedelta(milliseconds=number),
        contact=contact,
    )


def pages(events: Iterable[ContactFetched]) -> Iterator[list[ContactFetched]]:
    """Cut events into pages."""
    left = iter(events)
    while page := list(islice(left, PAGE)):
        yield page


async def tell(publisher: Database, events: Sequence[ContactFetched], lane: Any) -> None:
    """Publish events."""
    async with publisher.transaction(WORKSPACE) as conn:
        publish(conn, events, lane=lane)


CONSUMERS: dict[str, Callable[[Database], Awaitable[int]]] = {
    "golden records": lambda db: drain(db, subscriptions()),
    "weighing": lambda db: drain(db, projections()["weighing"], consumer=f"{NAME}_weighing"),
    "search": lambda db: drain(db, projections()["search"], consumer=f"{NAME}_search"),
}


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """Gather the statements that are sent."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


@contextmanager
def compared() -> Iterator[list[int]]:
    """Count the pairs that are compared, in the one number of a list."""
    pairs = [0]

    def score(*given: Any) -> scoring.Score:
        pairs[0] += 1
        return scoring.score(*given)

    with patch.object(weighing, "score", score):
        yield pairs


async def measure(db: Database, publisher: Database, count: int) -> None:
    """Fill a workspace, and change some of its records."""
    for page in pages(told(number, contact) for number, contact in enumerate(contacts(count))):
        await tell(publisher, page, "backfill")
    rows = []
    for name, run in CONSUMERS.items():
        with counted(db) as statements, compared() as pairs:
            started, cpu = time.perf_counter(), time.process_time()
            await run(db)
            seconds, busy = time.perf_counter() - started, time.process_time() - cpu
        rows.append(
            [name, f"{seconds:.1f}", f"{1e3 * seconds / count:.3f}", f"{1e3 * busy / count:.3f}",
             f"{len(statements) / (count / PAGE):.1f}", f"{pairs[0] / count:.2f}"]
        )  # fmt: skip
    async with db.transaction(WORKSPACE) as conn:
        alike = (await conn.execute(text("SELECT count(*) FROM alike"))).scalar_one()
        golden = (await conn.execute(text("SELECT count(*) FROM golden_record"))).scalar_one()
        asked = (await conn.execute(text("SELECT count(*) FROM suggestion"))).scalar_one()
    head = ["", "seconds", "ms a contact", "ms of Python", f"statements per {PAGE:,}", "pairs compared a contact"]
    show(f"{count:,} contacts: {golden:,} golden records, {alike:,} pairs alike, {asked:,} questions", head, rows)
    # The most that this process held since it began, so measure the sizes from small to large.
    print(f"\nMemory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    await change(db, publisher, count)


async def change(db: Database, publisher: Database, count: int) -> None:
    """Change records one at a time, and tell what each step takes."""
    random = Random(SEED)
    some = sorted(random.sample(range(count), CHANGES + 5))
    wanted = dict(each for each in enumerate(contacts(count)) if each[0] in set(some))
    took: dict[str, list[float]] = {name: [] for name in CONSUMERS}
    sent: dict[str, list[int]] = {name: [] for name in CONSUMERS}
    for at, number in enumerate(some):
        contact = wanted[number]
        other = msgspec.structs.replace(contact, city="Elsewhere", emails=(f"new{number}@example.org", *contact.emails))
        await tell(publisher, [told(number, other, revision=2)], "live")
        for name, run in CONSUMERS.items():
            with counted(db) as statements:
                started = time.perf_counter()
                await run(db)
                if at >= 5:  # the first ones warm up
                    took[name].append(1e3 * (time.perf_counter() - started))
                    sent[name].append(len(statements))
    rows = [
        [name, f"{median(took[name]):.1f}", f"{max(took[name]):.1f}", f"{median(sent[name]):.0f}", str(max(sent[name]))]
        for name in CONSUMERS
    ]
    show(f"One changed record among {count:,}", ["", "ms", "ms at most", "statements", "at most"], rows)


async def measure_all(sizes: Sequence[int]) -> None:
    """Measure each size on a server of its own."""
    for count in sizes:
        with bench_server(("identity", "sync-worker")) as fresh:
            db, publisher = fresh.database(NAME), fresh.database("sync-worker")
            try:
                await measure(db, publisher, count)
            finally:
                await db.close()
                await publisher.close()


def main() -> None:
    """Measure the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contacts", nargs="*", type=int, default=[10_000])
    asyncio.run(measure_all(parser.parse_args().contacts))


if __name__ == "__main__":
    main()

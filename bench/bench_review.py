"""What the review queue costs, among ten thousand pairs that are alike and among a million, nearly all of them joined.

Groups of ten records, each alike with each, and one pair in a hundred between two groups: those are the questions.
Beside it the queue as a query over the pairs themselves, which is what it would be without a table of its own.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median
from uuid import UUID

from identity.cursors import Cursors
from identity.explain import explaining
from identity.path import suggesting
from identity.review import queue
from identity.store import queries, rules_queries
from servicekit.database import Database
from servicekit.testing import FreshDatabase
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.server import bench_server
from bench.table import show

WORKSPACE = UUID(int=7)
OF_A_GROUP = 10
PAIRS_OF_A_GROUP = 45
SLICE = 1_000
TRIES = 30

_ID = "CAST('01900000-0000-7000-8000-' || lpad(to_hex({}), 12, '0') AS uuid)"
_N, _HEAD, _NEXT = _ID.format("n"), _ID.format("n - n % 10"), _ID.format("n + 10")

_FILL = [
    f"""
    INSERT INTO source_identity (workspace_id, connection_id, provider_id, source_id, provider, first_seen_at,
                                 shown_revision, gone_revision, contact, keys)
    SELECT :workspace_id, :workspace_id, n::text, {_N}, 'hubspot', now(), 1, 0,
           '{{"emails":["' || n || '@x.org"],"first_name":"Ada","last_name":"Name' || n / 10 || '"}}',
           ARRAY['email:' || n || '@x.org']
    FROM generate_series(0, :records - 1) AS n
    """,
    f"""
    INSERT INTO weighed_record (workspace_id, source_id, form, blocks)
    SELECT :workspace_id, {_N}, '["ada","name' || n / 10 || '",["' || n || '@x.org"]]', '{{}}'
    FROM generate_series(0, :records - 1) AS n
    """,
    f"""
    INSERT INTO identity_map (workspace_id, source_id, golden_id, component_id)
    SELECT :workspace_id, {_N}, {_HEAD}, {_HEAD} FROM generate_series(0, :records - 1) AS n WHERE n % 10 > 0
    """,
    f"""
    INSERT INTO alike (workspace_id, left_id, right_id, strength, joins)
    SELECT :workspace_id, {_N}, {_ID.format("n + k")}, 60 + (n * 7 + k) % 200, true
    FROM generate_series(0, :records - 1) AS n, generate_series(1, 9) AS k WHERE n % 10 + k < 10
    """,
    f"""
    INSERT INTO alike (workspace_id, left_id, right_id, strength, joins)
    SELECT :workspace_id, {_N}, {_NEXT}, n % 60, false FROM generate_series(0, :records - 20, 20) AS n
    """,
]

_WITHOUT = text("""
SELECT a.left_id, a.right_id, a.strength FROM alike a
LEFT JOIN identity_map l ON l.workspace_id = a.workspace_id AND l.source_id = a.left_id
LEFT JOIN identity_map r ON r.workspace_id = a.workspace_id AND r.source_id = a.right_id
WHERE a.workspace_id = :workspace_id AND coalesce(l.golden_id, a.left_id) <> coalesce(r.golden_id, a.right_id)
ORDER BY a.strength DESC, a.left_id, a.right_id LIMIT 50
""")

Measured = Callable[[AsyncConnection], Awaitable[object]]


async def fill(db: Database, pairs: int) -> list[UUID]:
    """Make so many pairs; return the golden ids."""
    records = pairs // PAIRS_OF_A_GROUP * OF_A_GROUP
    async with db.transaction(WORKSPACE) as conn:
        await queries.lock_workspaces(conn, {WORKSPACE})
        for statement in _FILL:
            await conn.execute(text(statement), {"workspace_id": WORKSPACE, "records": records})
    return [UUID(f"01900000-0000-7000-8000-{n:012x}") for n in range(0, records, OF_A_GROUP)]


async def ask_about(db: Database, golden_ids: list[UUID]) -> float:
    """Ask what is to be asked, as whoever settles does; return the seconds."""
    began = time.perf_counter()
    for start in range(0, len(golden_ids), SLICE):
        async with db.transaction(WORKSPACE) as conn:
            locked = await queries.lock_workspaces(conn, {WORKSPACE})
            await suggesting.ask_anew(conn, locked[WORKSPACE], set(golden_ids[start : start + SLICE]))
    return time.perf_counter() - began


async def milliseconds(db: Database, measured: Measured, tries: int = TRIES) -> str:
    """Tell the median of some tries, each in a transaction of its own."""
    took = []
    for _ in range(tries):
        async with db.transaction(WORKSPACE) as conn:
            began = time.perf_counter()
            await measured(conn)
            took.append((time.perf_counter() - began) * 1000)
    return f"{median(took):.1f}"


async def measure(fresh: FreshDatabase, pairs: int) -> list[str]:
    """Measure with so many pairs."""
    rules_queries.forget_all()
    db = fresh.database("identity")
    golden_ids = await fill(db, pairs)
    took = await ask_about(db, golden_ids)
    async with db.transaction(WORKSPACE) as conn:
        asked = await queue.count_suggestions(conn, WORKSPACE, min_strength=None)

    cursors = Cursors("only for this bench, nothing else trusts it")

    async def page(conn: AsyncConnection, cursor: str | None = None) -> str | None:
        shown = await queue.list_suggestions(
            conn, WORKSPACE, min_strength=None, put_off=False, cursors=cursors, cursor=cursor, limit=50
        )
        return shown.next_cursor

    async with db.transaction(WORKSPACE) as conn:
        cursor = None
        for _ in range(2):
            cursor = await page(conn, cursor)

    async def settle_one(conn: AsyncConnection) -> None:
        locked = await queries.lock_workspaces(conn, {WORKSPACE})
        await suggesting.ask_anew(conn, locked[WORKSPACE], set(golden_ids[:1]))

    return [
        f"{pairs:,}",
        f"{asked.count:,}",
        await milliseconds(db, page),
        await milliseconds(db, lambda conn: page(conn, cursor)),
        await milliseconds(db, lambda conn: queue.count_suggestions(conn, WORKSPACE, min_strength=None)),
        await milliseconds(db, lambda conn: queue.count_of_contacts(conn, WORKSPACE, golden_ids[:50])),
        await milliseconds(db, settle_one),
        f"{took / len(golden_ids) * 1e6:.0f}",
        await milliseconds(db, lambda conn: explaining.explain_contact(conn, WORKSPACE, golden_ids[0], limit=50)),
        await milliseconds(db, lambda conn: conn.execute(_WITHOUT, {"workspace_id": WORKSPACE}), tries=3),
    ]


def main() -> None:
    """Measure each size on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", type=int, default=[10_000, 1_000_000])
    rows = []
    for pairs in parser.parse_args().pairs:
        with bench_server(["identity"]) as fresh:
            rows.append(asyncio.run(measure(fresh, pairs)))
    head = [
        "pairs", "questions", "first page ms", "third page ms", "count ms", "questions of 50 contacts ms",
        "one contact asked about anew ms", "of a thousand: µs each", "explain ms", "first page from the pairs ms",
    ]  # fmt: skip
    show("The review queue", head, rows)


if __name__ == "__main__":
    main()

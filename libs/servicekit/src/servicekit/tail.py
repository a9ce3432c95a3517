"""Following the bus without an offset: every copy sees every event from now on, and nothing is kept."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from uuid import UUID

import structlog
from contracts.event import Event

from servicekit import bus_queries as queries
from servicekit.bus_queries import Envelope, Shard
from servicekit.database import DATABASE_ERRORS, Database
from servicekit.doorbell import listen
from servicekit.logs import describe

log = structlog.get_logger()

READ_AT_ONCE = 500
"""How many parcels of events a look takes from a shard."""

REST_SECONDS = 0.05
"""How long a look is followed by none: a live view need not be quicker than the eye."""

UNWATCHED_REST_SECONDS = 0.5
"""The same while nobody watches; who comes then may wait that long for the first thing, and misses nothing."""


async def follow(
    db: Database,
    event_types: Sequence[type[Event]],
    *,
    workspaces: Callable[[], Collection[UUID]],
    poll_seconds: float,
) -> AsyncIterator[list[Envelope]]:
    """Yield what is published of these types from now on, as it comes; first an empty list, when "now" begins.

    `workspaces` is asked at each look which ones are of interest; what others publish is passed unread. A reader that
    falls far behind, or whose database was away, goes on with what it has not seen; a live view that misses some
    loses nothing, because the rows it shows are read from where they live.
    """
    topics = sorted({event_type.TOPIC for event_type in event_types})
    names = [event_type.NAME for event_type in event_types]
    bell = asyncio.Event()
    ringing = asyncio.create_task(_ring(db, topics, bell))
    try:
        async with db.engine.connect() as conn:
            seen = await queries.list_positions(conn, topics)
        yield []
        while True:
            bell.clear()
            try:
                envelopes = await _look(db, topics, names, workspaces, seen)
            except DATABASE_ERRORS as error:
                log.warning("bus_not_followed", failure=describe(error))
                envelopes = []
            if envelopes:
                yield envelopes
                await asyncio.sleep(REST_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(poll_seconds):
                    await bell.wait()
                    await asyncio.sleep(REST_SECONDS if workspaces() else UNWATCHED_REST_SECONDS)
    finally:
        ringing.cancel()


async def _look(
    db: Database,
    topics: Sequence[str],
    names: Sequence[str],
    workspaces: Callable[[], Collection[UUID]],
    seen: dict[Shard, int],
) -> list[Envelope]:
    """Read what is new, and note in `seen` how far."""
    async with db.engine.connect() as conn:
        last = await queries.list_positions(conn, topics)
        wanted = tuple(workspaces())
        ranges = {shard: (seen.get(shard, 0), at) for shard, at in last.items() if at > seen.get(shard, 0)}
        envelopes: list[Envelope] = []
        if ranges and wanted:
            envelopes = await queries.list_between(conn, ranges, names=names, workspaces=wanted, size=READ_AT_ONCE)
    seen.update(last)
    seen.update(_cut_short(envelopes))
    return envelopes


def _cut_short(envelopes: Sequence[Envelope]) -> dict[Shard, int]:
    """Tell where reading stopped in those shards that may hold more."""
    count: Counter[Shard] = Counter()
    reached: dict[Shard, int] = {}
    for envelope in envelopes:
        count[envelope.shard] += 1
        reached[envelope.shard] = envelope.position
    return {shard: reached[shard] for shard in reached if count[shard] == READ_AT_ONCE}


async def _ring(db: Database, topics: Sequence[str], bell: asyncio.Event) -> None:
    async for _ in listen(db.conninfo, topics):
        bell.set()

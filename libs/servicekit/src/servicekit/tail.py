"""Following the bus without an offset: every copy sees every event from now on, and nothing is kept."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import structlog
from sqlalchemy.exc import DBAPIError

from servicekit import bus_queries as queries
from servicekit.bus_queries import Envelope
from servicekit.database import Database
from servicekit.doorbell import listen
from servicekit.logs import describe

log = structlog.get_logger()

READ_AT_ONCE = 500


async def follow(db: Database, topics: Sequence[str], *, poll_seconds: float) -> AsyncIterator[list[Envelope]]:
    """Yield what is published to these topics from now on, as it comes.

    A reader that falls far behind, or whose database was away, goes on with what it has not seen; a live view that
    misses some loses nothing, because the rows it shows are read from where they live.
    """
    bell = asyncio.Event()
    ringing = asyncio.create_task(_ring(db, topics, bell))
    try:
        async with db.engine.connect() as conn:
            seen = await queries.list_positions(conn, topics)
        while True:
            bell.clear()
            try:
                async with db.engine.connect() as conn:
                    last = await queries.list_positions(conn, topics)
                    behind = {shard: seen.get(shard, 0) for shard in last if last[shard] > seen.get(shard, 0)}
                    envelopes = await queries.list_after(conn, behind, READ_AT_ONCE) if behind else []
            except DBAPIError as error:
                log.warning("bus_not_followed", failure=describe(error))
                envelopes = []
            for envelope in envelopes:
                seen[queries.Shard(envelope.topic, envelope.lane, envelope.shard)] = envelope.position
            if envelopes:
                yield envelopes
                continue
            try:
                async with asyncio.timeout(poll_seconds):
                    await bell.wait()
            except TimeoutError:
                pass
    finally:
        ringing.cancel()


async def _ring(db: Database, topics: Sequence[str], bell: asyncio.Event) -> None:
    async for _ in listen(db.conninfo, topics):
        bell.set()

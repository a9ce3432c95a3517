"""Publishing: events are handed to a transaction, and its edge writes them as its last act.

Positions are given in commit order. Each (topic, lane, shard) has one row that counts; taking positions from it
makes the next publisher of that shard wait for this commit and nobody else, so a reader that has passed a
position has passed everything before it.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from operator import itemgetter
from uuid import UUID

import msgspec
from contracts.event import Event, Lane
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit.arrays import texts, uuids
from servicekit.telemetry import trace_headers

SHARDS = 64


class Published(msgspec.Struct, frozen=True, gc=False):
    """An event on its way; `headers` are JSON, and say what it follows from."""

    event: Event
    lane: Lane
    headers: bytes


current_lane: ContextVar[Lane] = ContextVar("current_lane", default="live")
"""The lane of the batch in hand, so that what a handler publishes goes on in it."""

causation_id: ContextVar[str | None] = ContextVar("causation_id", default=None)
"""The event that the work in hand follows from (the first of its batch)."""

_KEY = "servicekit.outbox"


def publish(conn: AsyncConnection, events: Sequence[Event], *, lane: Lane | None = None) -> None:
    """Announce these events if, and when, the transaction commits.

    `lane` is that of the batch in hand, or `live`. Raises `RuntimeError` outside `Database.transaction`.
    """
    published = conn.info.get(_KEY)
    if published is None:
        raise RuntimeError("publish() needs a connection of Database.transaction()")
    into = lane or current_lane.get()
    headers = trace_headers()
    if cause := causation_id.get():
        headers["causation_id"] = cause
    text = msgspec.json.encode(headers)
    published.extend([Published(event, into, text) for event in events])


def shard_of(workspace_id: UUID) -> int:
    """Tell the shard of a workspace: its events keep their order because they share it."""
    return zlib.crc32(workspace_id.bytes) % SHARDS


@contextmanager
def collecting(conn: AsyncConnection) -> Iterator[list[Published]]:
    """Gather what is published on this connection."""
    published: list[Published] = []
    # Asked for once: after a cancelled query `conn.info` itself raises, and would hide the cancellation.
    info = conn.info
    info[_KEY] = published
    try:
        yield published
    finally:
        info.pop(_KEY, None)


# Columns travel as arrays in Postgres' binary form: as text, many small values cost more than their insert, and a JSON
# document of them is parsed twice.
_WRITE = """
WITH taken AS (
    INSERT INTO bus.shard AS s (topic, lane, shard, last) VALUES (%(topic)s, %(lane)s, %(shard)s, %(count)s)
    ON CONFLICT (topic, lane, shard) DO UPDATE SET last = s.last + excluded.last
    RETURNING s.last - %(count)s AS before
)
INSERT INTO bus.outbox (topic, lane, shard, position, event_id, event_name, workspace_id, headers, payload)
SELECT %(topic)s, %(lane)s, %(shard)s, before + nth, gen_random_uuid(), event_name, workspace_id, headers::json,
       payload::json
FROM taken, unnest(%(names)s, %(workspaces)s, %(headers)s, %(payloads)s) WITH ORDINALITY
            AS r (event_name, workspace_id, headers, payload, nth)
"""


async def write(conn: AsyncConnection, published: Sequence[Published]) -> None:
    """Write the events, one statement for each stream whatever their number, the streams in a fixed order."""
    streams = defaultdict[tuple[str, Lane, int], list[Published]](list)
    for one in published:
        streams[one.event.TOPIC, one.lane, shard_of(one.event.workspace_id)].append(one)
    for (topic, lane, shard), those in sorted(streams.items(), key=itemgetter(0)):
        named = {"topic": topic, "lane": lane, "shard": shard, "count": len(those)}
        columns = {
            "names": texts([one.event.NAME for one in those]),
            "workspaces": uuids([one.event.workspace_id for one in those]),
            "headers": texts([one.headers for one in those]),
            "payloads": texts([msgspec.json.encode(one.event) for one in those]),
        }
        await conn.exec_driver_sql(_WRITE, named | columns)

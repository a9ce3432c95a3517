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
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit.telemetry import trace_headers

SHARDS = 64


class Published(msgspec.Struct, frozen=True):
    """An event on its way, and what it follows from."""

    event: Event
    lane: Lane
    headers: dict[str, str]


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
    published.extend(Published(event, into, headers) for event in events)


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


class _Row(msgspec.Struct):
    event_name: str
    workspace_id: UUID
    headers: dict[str, str]
    payload: Event


# The rows travel as one JSON text: adapting many small values one by one costs more than the insert itself.
_WRITE = text("""
WITH taken AS (
    INSERT INTO bus.shard AS s (topic, lane, shard, last) VALUES (:topic, :lane, :shard, :count)
    ON CONFLICT (topic, lane, shard) DO UPDATE SET last = s.last + excluded.last
    RETURNING s.last - :count AS before
)
INSERT INTO bus.outbox (topic, lane, shard, position, event_name, workspace_id, headers, payload)
SELECT :topic, :lane, :shard, before + nth, event_name, workspace_id, headers, payload
FROM taken, ROWS FROM (json_to_recordset(CAST(:rows AS json))
                       AS (event_name text, workspace_id uuid, headers json, payload json))
            WITH ORDINALITY AS r (event_name, workspace_id, headers, payload, nth)
""")


async def write(conn: AsyncConnection, published: Sequence[Published]) -> None:
    """Write the events, one statement for each stream whatever their number, the streams in a fixed order.

    No text in an event holds a NUL (contracts say so); one that does fails the transaction.
    """
    streams = defaultdict[tuple[str, Lane, int], list[_Row]](list)
    for one in published:
        event = one.event
        row = _Row(event.NAME, event.workspace_id, one.headers, event)
        streams[event.TOPIC, one.lane, shard_of(event.workspace_id)].append(row)
    for (topic, lane, shard), rows in sorted(streams.items(), key=itemgetter(0)):
        named = {"topic": topic, "lane": lane, "shard": shard, "count": len(rows)}
        await conn.execute(_WRITE, {**named, "rows": msgspec.json.encode(rows).decode()})

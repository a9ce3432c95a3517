"""Publishing: events are handed to a transaction, and its edge writes them as its last act.

Positions are given in commit order. Each (topic, lane, shard) has one row that counts; taking positions from it
makes the next publisher of that shard wait for this commit and nobody else, so a reader that has passed a
position has passed everything before it.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID, uuid4

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
    ordinal: int
    topic: str
    lane: Lane
    shard: int
    event_id: UUID
    event_name: str
    workspace_id: UUID
    headers: dict[str, str]
    payload: Event


# The rows travel as one JSON text: adapting many small values one by one costs more than the insert itself.
_WRITE = text("""
WITH input AS (
    SELECT e.*,
           row_number() OVER (PARTITION BY topic, lane, shard ORDER BY ordinal) AS nth,
           count(*) OVER (PARTITION BY topic, lane, shard) AS of_shard
    FROM json_to_recordset(CAST(:rows AS json)) AS e (
        ordinal int, topic text, lane text, shard int, event_id uuid, event_name text, workspace_id uuid,
        headers json, payload json)
), taken AS (
    INSERT INTO bus.shard AS s (topic, lane, shard, last)
    SELECT topic, lane, shard, count(*) FROM input GROUP BY topic, lane, shard ORDER BY topic, lane, shard
    ON CONFLICT (topic, lane, shard) DO UPDATE SET last = s.last + excluded.last
    RETURNING s.topic, s.lane, s.shard, s.last
)
INSERT INTO bus.outbox (topic, lane, shard, position, event_id, event_name, workspace_id, headers, payload)
SELECT i.topic, i.lane, i.shard, t.last - i.of_shard + i.nth, i.event_id, i.event_name, i.workspace_id, i.headers,
       i.payload
FROM input i JOIN taken t USING (topic, lane, shard)
""")


async def write(conn: AsyncConnection, published: Sequence[Published]) -> None:
    """Write the events in one statement, whatever their number.

    No text in an event holds a NUL (contracts say so); one that does fails the transaction.
    """
    if not published:
        return
    rows = msgspec.json.encode(
        [
            _Row(
                ordinal=ordinal,
                topic=one.event.TOPIC,
                lane=one.lane,
                shard=shard_of(one.event.workspace_id),
                event_id=uuid4(),
                event_name=one.event.NAME,
                workspace_id=one.event.workspace_id,
                headers=one.headers,
                payload=one.event,
            )
            for ordinal, one in enumerate(published)
        ]
    ).decode()
    await conn.execute(_WRITE, {"rows": rows})

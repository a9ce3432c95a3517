"""Publishing: events are handed to a transaction, and its edge writes them as its last act.

Positions are given in commit order. Each (topic, lane, shard) has one row that counts; taking positions from it
makes the next publisher of that shard wait for this commit and nobody else, so a reader that has passed a
position has passed everything before it.

Events that were published together lie together: consecutive ones of one type and workspace share a row, a *parcel*
(Kafka's record batch), because a row costs the server several times what an event in it does. Whoever reads the bus
through `bus_queries` may begin and end within one, because positions count events.
"""

import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from itertools import accumulate, groupby
from operator import itemgetter
from uuid import UUID

import msgspec
from contracts.event import Event, Lane
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit.arrays import integers, texts, uuids
from servicekit.telemetry import trace_headers

SHARDS = 64


LARGEST_PARCEL = 50


class Published(msgspec.Struct, frozen=True, gc=False):
    """Events on their way; `headers` are JSON, and say what they follow from."""

    events: Sequence[Event]
    lane: Lane
    headers: bytes


current_lane: ContextVar[Lane] = ContextVar("current_lane", default="live")
"""The lane of the batch in hand, so that what a handler publishes goes on in it."""

causation_id: ContextVar[str | None] = ContextVar("causation_id", default=None)
"""The event that the work in hand follows from (the first of its batch)."""

_KEY = "servicekit.outbox"

_encoder = msgspec.json.Encoder()


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
    published.append(Published(tuple(events), into, msgspec.json.encode(headers)))


@asynccontextmanager
async def rehearsal(conn: AsyncConnection) -> AsyncIterator[None]:
    """Let what is done inside be seen inside alone: what it wrote is taken back, what it published forgotten."""
    published: list[Published] = conn.info[_KEY]
    before = len(published)
    savepoint = await conn.begin_nested()
    try:
        yield
    finally:
        if savepoint.is_active:
            await savepoint.rollback()
        del published[before:]


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


_WRITE = """
WITH taken AS (
    INSERT INTO bus.shard AS s (topic, lane, shard, last) VALUES (%(topic)s, %(lane)s, %(shard)s, %(count)s)
    ON CONFLICT (topic, lane, shard) DO UPDATE SET last = s.last + excluded.last
    RETURNING s.last - %(count)s AS before
)
INSERT INTO bus.outbox
    (topic, lane, shard, position, events, event_id, event_name, workspace_id, headers, payload)
SELECT %(topic)s, %(lane)s, %(shard)s, before + ends_after, events, gen_random_uuid(), event_name, workspace_id,
       headers, payload
FROM taken, unnest(%(ends)s, %(events)s, %(names)s, %(workspaces)s, %(headers)s, %(payloads)s)
            AS r (ends_after, events, event_name, workspace_id, headers, payload)
"""


async def write(conn: AsyncConnection, published: Sequence[Published]) -> None:
    """Write the events, one statement for each stream whatever their number, the streams in a fixed order."""
    streams = defaultdict[tuple[str, Lane, int], list[Parcel]](list)
    for one in published:
        for parcel in _parcels(one):
            streams[parcel.topic, one.lane, shard_of(parcel.workspace_id)].append(parcel)
    for (topic, lane, shard), parcels in sorted(streams.items(), key=itemgetter(0)):
        ends = list(accumulate(parcel.events for parcel in parcels))
        named = {"topic": topic, "lane": lane, "shard": shard, "count": ends[-1]}
        columns = {
            "ends": integers(ends),
            "events": integers([parcel.events for parcel in parcels]),
            "names": texts([parcel.event_name for parcel in parcels]),
            "workspaces": uuids([parcel.workspace_id for parcel in parcels]),
            "headers": texts([parcel.headers for parcel in parcels]),
            "payloads": texts([parcel.payload for parcel in parcels]),
        }
        await conn.exec_driver_sql(_WRITE, named | columns)


class Parcel(msgspec.Struct, frozen=True, gc=False):
    """Events that share a row; `payload` is a line of JSON for each, as JSON has no line's end in it."""

    topic: str
    event_name: str
    workspace_id: UUID
    headers: bytes
    events: int
    payload: bytes


def _parcels(published: Published) -> Iterator[Parcel]:
    for (event_type, workspace_id), alike in groupby(published.events, key=_kind):
        events = list(alike)
        for begin in range(0, len(events), LARGEST_PARCEL):
            some = events[begin : begin + LARGEST_PARCEL]
            payload = _encoder.encode_lines(some).removesuffix(b"\n")
            yield Parcel(event_type.TOPIC, event_type.NAME, workspace_id, published.headers, len(some), payload)


def _kind(event: Event) -> tuple[type[Event], UUID]:
    return type(event), event.workspace_id

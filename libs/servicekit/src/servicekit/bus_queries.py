"""All the SQL of the bus but the publishing, which is in `outbox.py`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from contracts.event import Lane
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Shard(msgspec.Struct, frozen=True, order=True):
    """One stream of positions."""

    topic: str
    lane: Lane
    number: int


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """What was published together: events of one type and workspace, one after the other.

    `payload` has a line of JSON for each of them, `headers_text` is JSON.
    """

    shard: Shard
    position: int
    """Of its last event."""
    events: int
    published_at: datetime
    parcel_id: UUID
    place: int
    """How many events of its parcel lie before these."""
    event_name: str
    workspace_id: UUID
    headers_text: str
    payload: str

    @property
    def event_id(self) -> UUID:
        """The first event's own id: that of its parcel, a little further for all but the first of it."""
        return UUID(int=self.parcel_id.int ^ self.place) if self.place else self.parcel_id

    @property
    def headers(self) -> dict[str, str]:
        """Trace context and causation id: read when asked for, because most are not."""
        return msgspec.json.decode(self.headers_text, type=dict[str, str])


def count_events(envelopes: Iterable[Envelope]) -> int:
    """Count the events in these."""
    return sum(envelope.events for envelope in envelopes)


def _unpack(shard: Shard, parcel: Sequence[Any]) -> Envelope:
    """Take those events out of a parcel that count."""
    parcel_id, ends_at, in_parcel, first, last, published_at, event_name, workspace_id, headers, lines = parcel
    events, place = last - first + 1, first - 1 - (ends_at - in_parcel)
    if events < in_parcel:
        lines = "\n".join(lines.split("\n")[place : place + events])
    return Envelope(
        shard=shard,
        position=last,
        events=events,
        published_at=published_at,
        parcel_id=parcel_id,
        place=place,
        event_name=event_name,
        workspace_id=workspace_id,
        headers_text=headers,
        payload=lines,
    )


_BEHIND = text("""
SELECT s.topic, s.lane, s.shard
FROM bus.shard s LEFT JOIN bus."offset" o
  ON (o.consumer, o.topic, o.lane, o.shard) = (:consumer, s.topic, s.lane, s.shard)
WHERE s.topic = ANY (:topics) AND s.last > coalesce(o.position, 0)
ORDER BY o.moved_at NULLS FIRST
""")


async def list_behind(conn: AsyncConnection, consumer: str, topics: Sequence[str]) -> list[Shard]:
    """Name the shards that hold something new, the longest waiting first."""
    rows = await conn.execute(_BEHIND, {"consumer": consumer, "topics": list(topics)})
    return [Shard(*row) for row in rows]


_FIRST = text("""
INSERT INTO bus."offset" (consumer, topic, lane, shard, position) VALUES (:consumer, :topic, :lane, :shard, 0)
ON CONFLICT DO NOTHING
""")
_LOCK = text("""
SELECT position FROM bus."offset"
WHERE consumer = :consumer AND topic = :topic AND lane = :lane AND shard = :shard
FOR UPDATE SKIP LOCKED
""")


async def lock_offset(conn: AsyncConnection, consumer: str, shard: Shard) -> int | None:
    """Lock an offset, made if need be, and return it; None when another copy has it."""
    where = {"consumer": consumer, "topic": shard.topic, "lane": shard.lane, "shard": shard.number}
    await conn.execute(_FIRST, where)
    return (await conn.execute(_LOCK, where)).scalar_one_or_none()


_TAKE = text("SELECT * FROM bus.take_batch(:consumer, :topic, :lane, :shard, :size)")


async def take_batch(conn: AsyncConnection, consumer: str, shard: Shard, size: int) -> list[Envelope]:
    """Lock the offset, pass what comes after it, and see its workspaces.

    Empty when there is nothing, or another copy has the shard.
    """
    where = {"consumer": consumer, "topic": shard.topic, "lane": shard.lane, "shard": shard.number, "size": size}
    return [_unpack(shard, parcel) for parcel in await conn.execute(_TAKE, where)]


_READ = text("SELECT * FROM bus.read_batch(:topic, :lane, :shard, :after, :size)")
_PASS = text("SELECT bus.pass_batch(:consumer, :topic, :lane, :shard, :after, :last, :workspaces)")


async def read_batch(conn: AsyncConnection, shard: Shard, *, after: int, size: int) -> list[Envelope]:
    """Read what comes after a position, and pass nothing."""
    where = {"topic": shard.topic, "lane": shard.lane, "shard": shard.number, "after": after, "size": size}
    return [_unpack(shard, parcel) for parcel in await conn.execute(_READ, where)]


async def pass_batch(
    conn: AsyncConnection, consumer: str, shard: Shard, *, after: int, batch: Sequence[Envelope]
) -> bool:
    """Lock the offset, pass a batch that was read before, and see its workspaces.

    False when another copy has the shard, or the offset is not where the batch begins.
    """
    where = {
        "consumer": consumer,
        "topic": shard.topic,
        "lane": shard.lane,
        "shard": shard.number,
        "after": after,
        "last": batch[-1].position,
        "workspaces": list({envelope.workspace_id for envelope in batch}),
    }
    return bool((await conn.execute(_PASS, where)).scalar_one())


_MOVE = text("""
UPDATE bus."offset" SET position = :position, moved_at = clock_timestamp()
WHERE consumer = :consumer AND topic = :topic AND lane = :lane AND shard = :shard
""")


async def move_offset(conn: AsyncConnection, consumer: str, shard: Shard, position: int) -> None:
    """Pass everything up to a position."""
    await conn.execute(
        _MOVE,
        {
            "consumer": consumer,
            "topic": shard.topic,
            "lane": shard.lane,
            "shard": shard.number,
            "position": position,
        },
    )


_PARK = text("""
INSERT INTO bus.parked (consumer, event_id, topic, lane, shard, position, published_at, event_name, workspace_id,
                        headers, payload, failure, traceback, retry_at)
VALUES (:consumer, :event_id, :topic, :lane, :shard, :position, :published_at, :event_name, :workspace_id,
        CAST(:headers AS json), CAST(:payload AS json), :failure, :traceback, CAST(:retry_at AS timestamptz))
ON CONFLICT (consumer, event_id) DO NOTHING
""")


async def park(
    conn: AsyncConnection, consumer: str, envelope: Envelope, failure: str, trace: str, retry_at: datetime | None
) -> None:
    """Put an event aside, with why it failed and when to try again."""
    await conn.execute(
        _PARK,
        {
            "consumer": consumer,
            "event_id": envelope.event_id,
            "topic": envelope.shard.topic,
            "lane": envelope.shard.lane,
            "shard": envelope.shard.number,
            "position": envelope.position,
            "published_at": envelope.published_at,
            "event_name": envelope.event_name,
            "workspace_id": envelope.workspace_id,
            "headers": envelope.headers_text,
            "payload": envelope.payload,
            "failure": failure,
            "traceback": trace,
            "retry_at": retry_at,
        },
    )


_TAKE_PARKED = text("""
SELECT topic, lane, shard, position, published_at, event_id, event_name, workspace_id,
       headers::text AS headers, payload::text AS payload
FROM bus.parked
WHERE consumer = :consumer AND retry_at <= clock_timestamp()
ORDER BY retry_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")


async def take_parked(conn: AsyncConnection, consumer: str) -> Envelope | None:
    """Lock the parked event that is due longest."""
    row = (await conn.execute(_TAKE_PARKED, {"consumer": consumer})).one_or_none()
    if row is None:
        return None
    return Envelope(
        shard=Shard(row.topic, row.lane, row.shard),
        position=row.position,
        events=1,
        published_at=row.published_at,
        parcel_id=row.event_id,
        place=0,
        event_name=row.event_name,
        workspace_id=row.workspace_id,
        headers_text=row.headers,
        payload=row.payload,
    )


async def parked_attempts(conn: AsyncConnection, consumer: str, event_id: UUID) -> int:
    """Lock a parked event and tell how often it was tried."""
    statement = text("SELECT attempts FROM bus.parked WHERE consumer = :consumer AND event_id = :event_id FOR UPDATE")
    row = (await conn.execute(statement, {"consumer": consumer, "event_id": event_id})).one_or_none()
    return int(row.attempts) if row else 0


_PUT_OFF = text("""
UPDATE bus.parked SET attempts = attempts + 1, failure = :failure, traceback = :traceback,
                      retry_at = CAST(:retry_at AS timestamptz)
WHERE consumer = :consumer AND event_id = :event_id
""")


async def put_parked_off(
    conn: AsyncConnection, consumer: str, event_id: UUID, failure: str, trace: str, retry_at: datetime | None
) -> None:
    """Note that a parked event failed once more."""
    await conn.execute(
        _PUT_OFF,
        {"consumer": consumer, "event_id": event_id, "failure": failure, "traceback": trace, "retry_at": retry_at},
    )


async def delete_parked(conn: AsyncConnection, consumer: str, event_id: UUID) -> int:
    """Forget a parked event; return how many there were."""
    statement = text("DELETE FROM bus.parked WHERE consumer = :consumer AND event_id = :event_id")
    return (await conn.execute(statement, {"consumer": consumer, "event_id": event_id})).rowcount


async def keep_partitions(conn: AsyncConnection, retention_days: int) -> tuple[int, int]:
    """Make the coming days' partitions and drop those that everybody has passed; return how many of each."""
    row = (
        await conn.execute(text("SELECT made, dropped FROM bus.keep_partitions(:days)"), {"days": retention_days})
    ).one()
    return row.made, row.dropped


_LAG = text("""
SELECT s.topic, s.lane, sum(s.last - coalesce(o.position, 0))::bigint AS lag
FROM bus.shard s LEFT JOIN bus."offset" o
  ON (o.consumer, o.topic, o.lane, o.shard) = (:consumer, s.topic, s.lane, s.shard)
WHERE s.topic = ANY (:topics) GROUP BY s.topic, s.lane
""")


async def lag_of(conn: AsyncConnection, consumer: str, topics: Sequence[str]) -> dict[tuple[str, str], int]:
    """Count the events a consumer has yet to handle, by topic and lane."""
    rows = await conn.execute(_LAG, {"consumer": consumer, "topics": list(topics)})
    return {(row.topic, row.lane): row.lag for row in rows}


_INFLOW = text("""
SELECT coalesce(sum(s.last - coalesce(o.position, 0)), 0) AS waiting,
       coalesce(bool_or(e.published_at > clock_timestamp() - CAST(:within AS interval)), false) AS is_rush
FROM json_to_recordset(CAST(:shards AS json)) AS w (topic text, lane text, number integer)
JOIN bus.shard s ON (s.topic, s.lane, s.shard) = (w.topic, w.lane, w.number)
LEFT JOIN bus."offset" o ON (o.consumer, o.topic, o.lane, o.shard) = (:consumer, s.topic, s.lane, s.shard)
LEFT JOIN LATERAL bus.read_batch(s.topic, s.lane, s.shard, s.last - :events, 1) AS e ON s.last >= :events
""")


class Inflow(msgspec.Struct, frozen=True):
    """What comes in: how many events a consumer has yet to handle, and whether very many came just now."""

    waiting: int
    is_rush: bool


async def inflow_of(
    conn: AsyncConnection, consumer: str, shards: Iterable[Shard], *, events: int, within: timedelta
) -> Inflow:
    """Look at what comes into some shards; so many `events` of one of them `within` a time until now are a rush."""
    names = msgspec.json.encode([msgspec.structs.asdict(shard) for shard in shards]).decode()
    named = {"consumer": consumer, "shards": names, "events": events, "within": within}
    row = (await conn.execute(_INFLOW, named)).one()
    return Inflow(int(row.waiting), row.is_rush)


_BACKLOG = text("""
SELECT coalesce(max(s.last - o.position), 0)
FROM bus.shard s JOIN bus."offset" o USING (topic, lane, shard)
WHERE s.topic = :topic AND s.lane = :lane AND s.shard = :shard
""")


async def backlog_of(conn: AsyncConnection, shard: Shard) -> int:
    """Count the events of a shard that the slowest of those who listen has yet to handle."""
    where = {"topic": shard.topic, "lane": shard.lane, "shard": shard.number}
    return int((await conn.execute(_BACKLOG, where)).scalar_one())


async def count_parked(conn: AsyncConnection, consumer: str) -> int:
    """Count the events a consumer has put aside."""
    statement = text("SELECT count(*) FROM bus.parked WHERE consumer = :consumer")
    return int((await conn.execute(statement, {"consumer": consumer})).scalar_one())


# Whole parcels: who sees positions only as shards count them begins and ends between two of them.
_AFTER = text("""
SELECT r.t AS topic, r.l AS lane, r.s AS shard, found.*
FROM json_to_recordset(CAST(:ranges AS json)) AS r (t text, l text, s int, after bigint, upto bigint),
LATERAL (
    SELECT event_id, position, events, position - events + 1, position, published_at, event_name, workspace_id,
           headers, payload
    FROM bus.outbox
    WHERE topic = r.t AND lane = r.l AND shard = r.s AND position > r.after AND position <= r.upto
      AND event_name = ANY (:names) AND workspace_id = ANY (:workspaces)
    ORDER BY position LIMIT :size
) AS found
""")


async def list_positions(conn: AsyncConnection, topics: Sequence[str]) -> dict[Shard, int]:
    """Tell the last position of every shard of these topics."""
    rows = await conn.execute(
        text("SELECT topic, lane, shard, last FROM bus.shard WHERE topic = ANY (:topics)"), {"topics": list(topics)}
    )
    return {Shard(row.topic, row.lane, row.shard): row.last for row in rows}


async def list_between(
    conn: AsyncConnection,
    ranges: dict[Shard, tuple[int, int]],
    *,
    names: Sequence[str],
    workspaces: Sequence[UUID],
    size: int,
) -> list[Envelope]:
    """Read up to `size` parcels of these names and workspaces from each shard's range (after, up to)."""
    rows = [
        {"t": shard.topic, "l": shard.lane, "s": shard.number, "after": after, "upto": upto}
        for shard, (after, upto) in ranges.items()
    ]
    wanted = {"names": list(names), "workspaces": list(workspaces), "size": size}
    found = await conn.execute(_AFTER, {"ranges": msgspec.json.encode(rows).decode(), **wanted})
    return [_unpack(Shard(*row[:3]), row[3:]) for row in found]

"""What an operator does with the bus: see who is behind, look at parked events, try or drop them, replay."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Lag(msgspec.Struct, frozen=True):
    """How far a consumer is behind on a topic's lane; `oldest_at` is when the first event it lacks was published."""

    consumer: str
    topic: str
    lane: str
    events: int
    oldest_at: datetime | None


class ParkedEvent(msgspec.Struct, frozen=True):
    """An event put aside: what it is and why, without its payload."""

    consumer: str
    event_id: UUID
    event_name: str
    workspace_id: UUID
    failure: str
    attempts: int
    parked_at: datetime
    retry_at: datetime | None


_LAG = text("""
SELECT c.consumer, s.topic, s.lane, sum(s.last - coalesce(o.position, 0))::bigint AS events,
       min(first.published_at) AS oldest_at
FROM (SELECT DISTINCT consumer, topic FROM bus."offset") c
JOIN bus.shard s USING (topic)
LEFT JOIN bus."offset" o USING (consumer, topic, lane, shard)
LEFT JOIN LATERAL bus.read_batch(s.topic, s.lane, s.shard, coalesce(o.position, 0), 1) AS first
       ON s.last > coalesce(o.position, 0)
GROUP BY c.consumer, s.topic, s.lane ORDER BY c.consumer, s.topic, s.lane
""")


async def list_lag(conn: AsyncConnection) -> list[Lag]:
    """Tell how far every consumer is behind on every topic and lane it reads."""
    return [Lag(*row) for row in await conn.execute(_LAG)]


_PARKED = text("""
SELECT consumer, event_id, event_name, workspace_id, failure, attempts, parked_at, retry_at FROM bus.parked
WHERE CAST(:consumer AS text) IS NULL OR consumer = :consumer ORDER BY parked_at, event_id LIMIT :limit
""")


async def list_parked(conn: AsyncConnection, *, consumer: str | None = None, limit: int = 100) -> list[ParkedEvent]:
    """Name the parked events, the longest parked first."""
    return [ParkedEvent(*row) for row in await conn.execute(_PARKED, {"consumer": consumer, "limit": limit})]


_PICKED = "consumer = :consumer AND (CAST(:event_id AS uuid) IS NULL OR event_id = :event_id)"


async def retry_parked(conn: AsyncConnection, *, consumer: str, event_id: UUID | None = None) -> int:
    """Make one parked event, or all of a consumer's, due at once; return how many."""
    statement = text(f"UPDATE bus.parked SET retry_at = now() WHERE {_PICKED}")  # noqa: S608 - a constant
    return (await conn.execute(statement, {"consumer": consumer, "event_id": event_id})).rowcount


async def drop_parked(conn: AsyncConnection, *, consumer: str, event_id: UUID | None = None) -> int:
    """Forget one parked event, or all of a consumer's; return how many. Their effects will never happen."""
    statement = text(f"DELETE FROM bus.parked WHERE {_PICKED}")  # noqa: S608 - a constant
    return (await conn.execute(statement, {"consumer": consumer, "event_id": event_id})).rowcount


_REPLAY = text("""
UPDATE bus."offset" o SET position = least(o.position, coalesce(
    (SELECT min(position - events) FROM bus.outbox e
     WHERE e.topic = o.topic AND e.lane = o.lane AND e.shard = o.shard AND e.published_at >= :since), o.position)),
    moved_at = clock_timestamp()
WHERE consumer = :consumer AND topic = :topic
""")


async def replay(conn: AsyncConnection, *, consumer: str, topic: str, since: datetime) -> int:
    """Set a consumer back to the first event published since then that is still kept; return the shards touched.

    Handlers ignore revisions they know, so a replay repairs and repeats nothing.
    """
    return (await conn.execute(_REPLAY, {"consumer": consumer, "topic": topic, "since": since})).rowcount

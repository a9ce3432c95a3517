"""What is derived waits while what providers tell is waiting: a first sync is not to be held up by it."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from contracts.contacts import ContactFetched
from contracts.event import LANES
from servicekit import bus_queries
from servicekit.bus_queries import Shard
from servicekit.errors import RetryLater
from servicekit.outbox import shard_of
from sqlalchemy.ext.asyncio import AsyncConnection

CONSUMER = "identity"
QUIET = 500
"""So few events that wait hold nothing up."""
RUSH, RUSH_WITHIN = 1_000, timedelta(seconds=0.5)
"""So many contacts in so short a time come from whoever has no limits, and there is no time for anything else. While
they come none may be waiting just now, and what began then would hold up the next ones."""
LOOK_AGAIN = timedelta(seconds=1)


async def let_pass(conn: AsyncConnection, workspaces: Collection[UUID]) -> None:
    """Leave workspaces to what providers tell while much of it waits. Raises `RetryLater`."""
    shards = [Shard(ContactFetched.TOPIC, lane, shard_of(id_)) for id_ in workspaces for lane in LANES]
    inflow = await bus_queries.inflow_of(conn, CONSUMER, shards, events=RUSH, within=RUSH_WITHIN)
    if inflow.waiting > QUIET or inflow.is_rush:
        raise RetryLater("contacts are coming in", after=LOOK_AGAIN)

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
LOOK_AGAIN = timedelta(seconds=1)


async def let_pass(conn: AsyncConnection, workspaces: Collection[UUID]) -> None:
    """Leave workspaces to what providers tell while much of it waits. Raises `RetryLater`."""
    shards = [Shard(ContactFetched.TOPIC, lane, shard_of(id_)) for id_ in workspaces for lane in LANES]
    if await bus_queries.lag_of_shards(conn, CONSUMER, shards) > QUIET:
        raise RetryLater("contacts are coming in", after=LOOK_AGAIN)

"""Reading ahead on the bus: while a batch is handled, the one behind it is on its way.

What was read ahead is only a reading. It counts when its turn comes and the offset is still where it begins; else it
is forgotten and read again.
"""

import asyncio

import msgspec

from servicekit import bus_queries as queries
from servicekit.bus_queries import Envelope, Shard
from servicekit.database import DATABASE_ERRORS, Database


class _Reading(msgspec.Struct, frozen=True):
    after: int
    task: asyncio.Task[list[Envelope]]


class Ahead:
    """The readings of one consumer, at most one for each shard."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._readings: dict[Shard, _Reading] = {}

    def begin(self, shard: Shard, *, after: int, size: int) -> None:
        """Begin to read what follows a position."""
        self.forget(shard)
        self._readings[shard] = _Reading(after, asyncio.create_task(self._read(shard, after, size)))

    def forget(self, shard: Shard) -> None:
        """Drop what was read of a shard."""
        if reading := self._readings.pop(shard, None):
            reading.task.cancel()

    async def take(self, shard: Shard) -> tuple[int, list[Envelope]] | None:
        """Hand out what was read of a shard, and after which position; None when there is nothing.

        To be asked before a transaction is opened: the reading has a connection of its own.
        """
        reading = self._readings.pop(shard, None)
        envelopes = await reading.task if reading else []
        return (reading.after, envelopes) if reading and envelopes else None

    async def close(self) -> None:
        """Drop everything, and wait until nothing is being read."""
        tasks = [reading.task for reading in self._readings.values()]
        for shard in list(self._readings):
            self.forget(shard)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, shard: Shard, after: int, size: int) -> list[Envelope]:
        try:
            async with self._db.singly.connect() as conn:
                return await queries.read_batch(conn, shard, after=after, size=size)
        except (*DATABASE_ERRORS, OSError):
            return []  # whoever takes the batch meets the trouble itself, and knows what to do

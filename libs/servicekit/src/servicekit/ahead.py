"""Reading ahead on the bus: while a batch is handled, the one behind it is on its way.

What was read ahead is only a reading. It counts when its turn comes and the offset is still where it begins; else it
is forgotten and read again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from servicekit import bus_queries as queries
from servicekit.bus_queries import Envelope, Shard
from servicekit.database import DATABASE_ERRORS, Database

LONGEST_TURN_SECONDS = 0.001
"""How long we read, and a parcel more, until we look up: what the batch in hand has to send, Postgres waits for."""


class Batch(msgspec.Struct, frozen=True):
    """What follows a position, what its handlers work with, and what was loaded for each of them.

    The latter two are None where that could not be done for all of it.
    """

    after: int
    envelopes: list[Envelope]
    read: list[list[Any]] | None
    foreseen: list[Any] | None = None


class Ahead:
    """The readings of one consumer, at most one for each shard."""

    def __init__(
        self,
        db: Database,
        read: Callable[[Envelope], list[Any]],
        foresee: Callable[[Sequence[Envelope], Sequence[list[Any]]], Awaitable[list[Any]]],
    ) -> None:
        self._db = db
        self._read = read
        self._foresee = foresee
        self._readings: dict[Shard, asyncio.Task[Batch]] = {}

    def begin(self, shard: Shard, *, after: int, size: int) -> None:
        """Begin to read what follows a position."""
        self.forget(shard)
        self._readings[shard] = asyncio.create_task(self._fetch(shard, after, size))

    def forget(self, shard: Shard) -> None:
        """Drop what was read of a shard."""
        if reading := self._readings.pop(shard, None):
            reading.cancel()

    async def take(self, shard: Shard) -> Batch | None:
        """Hand out what was read of a shard; None when there is nothing.

        To be asked before a transaction is opened: the reading has a connection of its own.
        """
        reading = self._readings.pop(shard, None)
        batch = await reading if reading else None
        return batch if batch and batch.envelopes else None

    async def close(self) -> None:
        """Drop everything, and wait until nothing is being read."""
        tasks = list(self._readings.values())
        for shard in list(self._readings):
            self.forget(shard)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, shard: Shard, after: int, size: int) -> Batch:
        # Whoever takes the batch meets the trouble itself, and knows what to do.
        try:
            async with self._db.engine.connect() as conn:
                envelopes = await queries.read_batch(conn, shard, after=after, size=size)
        except (*DATABASE_ERRORS, OSError):
            return Batch(after, [], None)
        try:
            read = await self._read_all(envelopes)
            return Batch(after, envelopes, read, await self._foresee(envelopes, read) if read else None)
        except Exception:  # as above: it is read again, by halves, until the culprit is found
            return Batch(after, envelopes, None)

    async def _read_all(self, envelopes: Sequence[Envelope]) -> list[list[Any]]:
        read: list[list[Any]] = []
        began = time.perf_counter()
        for envelope in envelopes:
            if time.perf_counter() - began > LONGEST_TURN_SECONDS:
                await asyncio.sleep(0)
                began = time.perf_counter()
            read.append(self._read(envelope))
        return read

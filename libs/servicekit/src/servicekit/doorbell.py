"""The wake-up after a commit: NOTIFY on a connection of its own, off the writers' path.

NOTIFY takes a database-wide lock until its commit is flushed, so it never stands in a writer's transaction, and
each process rings at most once every few milliseconds. The row in the outbox is the truth; a lost ring is
latency, because consumers poll as well.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

import psycopg
import structlog
from psycopg import sql

log = structlog.get_logger()

REST_SECONDS = 0.002
RECONNECT_SECONDS = 1.0


def channel_of(topic: str) -> str:
    """Name the NOTIFY channel of a topic."""
    return f"bus.{topic}"


class Doorbell:
    """Rings for topics; `ring` returns at once and many calls become one ring."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._topics: set[str] = set()
        self._ringing: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    def ring(self, topics: Iterable[str]) -> None:
        """Wake whoever listens to these topics, soon."""
        self._topics.update(topics)
        if self._topics and (self._ringing is None or self._ringing.done()):
            self._ringing = asyncio.create_task(self._ring_while_needed())

    async def _ring_while_needed(self) -> None:
        while self._topics:
            topics, self._topics = self._topics, set()
            try:
                await self._notify(topics)
            except psycopg.Error as error:
                log.warning("doorbell_not_rung", failure=type(error).__qualname__)
                await self._hang_up()
            await asyncio.sleep(REST_SECONDS)

    async def _notify(self, topics: set[str]) -> None:
        if self._connection is None:
            # A ring that a crash loses wakes nobody who is left, so its commit need not wait for the disk.
            self._connection = await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, options="-c synchronous_commit=off"
            )
        await self._connection.execute(
            "SELECT pg_notify(channel, '') FROM unnest(%s::text[]) AS channel",
            [[channel_of(t) for t in sorted(topics)]],
        )

    async def _hang_up(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def close(self) -> None:
        """Let the last ring end, and hang up."""
        if self._ringing is not None:
            await self._ringing
        await self._hang_up()


async def listen(conninfo: str, topics: Iterable[str]) -> AsyncIterator[None]:
    """Yield once when listening begins, then after each ring (rings close together come as one).

    Reconnects by itself; each reconnection yields as well, because rings may have been missed.
    """
    listens = sql.SQL(";").join(
        sql.SQL("LISTEN {}").format(sql.Identifier(channel_of(topic))) for topic in sorted(topics)
    )
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await connection.execute(listens)
                yield
                async for _ in connection.notifies():
                    yield
        except psycopg.OperationalError as error:
            log.warning("listening_interrupted", failure=type(error).__qualname__)
        await asyncio.sleep(RECONNECT_SECONDS)

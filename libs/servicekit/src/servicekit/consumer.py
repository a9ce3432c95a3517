"""Consuming: whole batches, in the transaction of their offset.

A consumer keeps one offset per topic, lane and shard. It locks an offset, reads the batch behind it, calls the
handlers, and commits their writes, their events and the new offset together: an effect inside Postgres happens
exactly once, a crash repeats nothing, and copies of a service share the shards without being told.

What fails is rolled back and read again by halves; a single event that still fails is parked with its error and
the offset passes it. Errors of the database itself try the batch again.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby
from typing import Any, TypeVar

import msgspec
import psycopg
import structlog
from contracts.event import LANES, Event, Lane
from opentelemetry.trace import SpanKind
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit import bus_queries as queries
from servicekit import telemetry
from servicekit.ahead import Ahead, Batch
from servicekit.bus_queries import Envelope, Shard, count_events
from servicekit.database import DATABASE_ERRORS, Database, see_workspaces
from servicekit.doorbell import listen
from servicekit.errors import RetryLater
from servicekit.logs import describe
from servicekit.outbox import causation_id, current_lane
from servicekit.telemetry import span

log = structlog.get_logger()

E = TypeVar("E", bound=Event)
T = TypeVar("T")
Handler = Callable[..., Awaitable[None]]
Foresee = Callable[[AsyncConnection, Sequence[Any]], Awaitable[Any]]

BATCH_SECONDS: dict[Lane, float] = {"live": 0.025, "backfill": 0.3}
"""How long a batch may take: the live lane answers quickly, the backfill lane saves round trips."""

FIRST_BATCH: dict[Lane, int] = {"live": 64, "backfill": 2_400}
LARGEST_BATCH: dict[Lane, int] = {"live": 2_000, "backfill": 2_400}
"""Not all there is: what is left is read ahead while the batch is handled, where publishers are held back."""

SMALLEST_BATCH: dict[Lane, int] = {"live": 16, "backfill": 1_000}
"""Below this a slow machine gets no smaller batches: they would cost it more, not less."""

REST_SECONDS: dict[Lane, float] = {"live": 0.0, "backfill": 0.1}
"""How long a lane rests after it has caught up: an import comes in pages, and fewer, fuller batches cost less."""

FULL_BATCH = 500
SHARDS_AT_ONCE = 4
PARKED_IN_A_ROW = 20
LONGEST_REST_SECONDS = 60.0
HOUSEKEEPING_SECONDS = 600.0
RETRYABLE_STATES = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes of the server's own troubles: connections, deadlocks, resources, locks, shutdown, I/O."""


class Subscription(msgspec.Struct, frozen=True):
    """One event type, who handles it, what of each event, and what is loaded for a batch of it ahead."""

    event_type: type[Event]
    handler: Handler
    read: Callable[[Any], Any] | None = None
    foresee: Foresee | None = None
    at_once: int | None = None
    """Of how many events a batch consists at most, where one event makes a lot of work."""


def on(
    event_type: type[E],
    handler: Callable[[AsyncConnection, Sequence[E]], Awaitable[None]],
    *,
    at_once: int | None = None,
) -> Subscription:
    """Subscribe a handler to an event type.

    Consecutive events of a shard for one handler come as one batch, in the commits' order. Subscribe the same
    handler to several types to receive them together.
    """
    return Subscription(event_type, handler, at_once=at_once)


def on_read(
    event_type: type[E],
    read: Callable[[E], T],
    handler: Callable[..., Awaitable[None]],
    *,
    foresee: Callable[[AsyncConnection, Sequence[T]], Awaitable[object]] | None = None,
) -> Subscription:
    """Subscribe a handler to what `read` makes of each event.

    What is pure of a handler's work belongs there: it is done ahead, while the batch before is being written. So is
    `foresee`, which may load what a batch will need, in a transaction that sees its workspaces and writes nothing; the
    handler is given it as a third argument, where there is any, and must find out what of it still holds.
    """
    return Subscription(event_type, handler, read, foresee)


class EventUnreadable(Exception):
    """An event's payload does not fit the contract we know."""


class Consumer:
    """Delivers the events of some topics to one service's handlers."""

    def __init__(self, db: Database, *, name: str, subscriptions: Iterable[Subscription]) -> None:
        self.db = db
        self.name = name
        self._by_name = {s.event_type.NAME: s for s in subscriptions}
        self._decoders = {name: msgspec.json.Decoder(s.event_type) for name, s in self._by_name.items()}
        self.topics = sorted({s.event_type.TOPIC for s in self._by_name.values()})
        self._ahead = Ahead(db, self._read, self._foresee)
        self._most = min((s.at_once for s in self._by_name.values() if s.at_once), default=max(LARGEST_BATCH.values()))
        self._sizes: dict[Shard, int] = {}
        self._resting: dict[Shard, float] = {}
        self._troubles: dict[Shard, int] = {}
        self._parked: dict[Shard, int] = {}

    # One batch ----------------------------------------------------------------------------------------------

    async def deliver(self, shard: Shard) -> int:
        """Handle the next batch of a shard; return how many events the offset passed.

        0 means there was nothing, another copy has the shard, or the shard rests after a failure.
        """
        started = time.monotonic()
        size = min(self._sizes.get(shard, FIRST_BATCH[shard.lane]), self._most)
        ahead = await self._ahead.take(shard)
        batch: list[Envelope] = []
        try:
            # Unflushed: if the server itself falls, effects and offset are lost together, and the log, which was
            # flushed before, is read again from there.
            async with self.db.transaction(flushed=False) as conn:
                if ahead and await queries.pass_batch(conn, self.name, shard, after=ahead.after, batch=ahead.envelopes):
                    batch = ahead.envelopes
                else:
                    batch, ahead = await queries.take_batch(conn, self.name, shard, size), None
                if not batch:
                    return 0
                if count_events(batch) >= FULL_BATCH:
                    self._ahead.begin(shard, after=batch[-1].position, size=size)
                await self._handle(conn, batch, ahead)
        except Exception as error:  # the edge: every failure gets one of its three fates here
            self._ahead.forget(shard)
            return await self._failed(shard, batch, error)
        self._troubles.pop(shard, None)
        self._parked.pop(shard, None)
        passed = count_events(batch)
        self._measure(shard, batch, passed, size, time.monotonic() - started)
        return passed

    async def _handle(self, conn: AsyncConnection, batch: Sequence[Envelope], ahead: Batch | None = None) -> None:
        lane = current_lane.set(batch[0].shard.lane)
        cause = causation_id.set(str(batch[0].event_id))
        try:
            with span(f"{self.name} handles", batch[0].headers, SpanKind.CONSUMER):
                read = ahead.read if ahead and ahead.read else [self._read(envelope) for envelope in batch]
                runs = self._runs(batch, read)
                foreseen = ahead.foreseen if ahead and ahead.foreseen else [None] * len(runs)
                for (subscription, items), known in zip(runs, foreseen, strict=True):
                    if known is None:
                        await subscription.handler(conn, items)
                    else:
                        await subscription.handler(conn, items, known)
        finally:
            current_lane.reset(lane)
            causation_id.reset(cause)

    def _runs(self, batch: Sequence[Envelope], read: Sequence[list[Any]]) -> list[tuple[Subscription, list[Any]]]:
        """Put together what follows each other and has one handler; what has none is left out."""
        runs = []
        for handler, run in groupby(zip(batch, read, strict=True), key=lambda pair: self._handler_of(pair[0])):
            pairs = list(run)
            if handler:
                items = list(chain.from_iterable(each for _, each in pairs))
                runs.append((self._by_name[pairs[0][0].event_name], items))
        return runs

    async def _foresee(self, batch: Sequence[Envelope], read: Sequence[list[Any]]) -> list[Any]:
        """Load what each run of a batch will need; nothing for those who load nothing ahead."""
        runs = self._runs(batch, read)
        if not any(subscription.foresee for subscription, _ in runs):
            return [None] * len(runs)
        foreseen: list[Any] = []
        async with self.db.transaction(*{envelope.workspace_id for envelope in batch}) as conn:
            for subscription, items in runs:
                foreseen.append(await subscription.foresee(conn, items) if subscription.foresee else None)
        return foreseen

    def _handler_of(self, envelope: Envelope) -> Handler | None:
        subscription = self._by_name.get(envelope.event_name)
        return subscription.handler if subscription else None

    def _read(self, envelope: Envelope) -> list[Any]:
        """Make of events what their handler works with; nothing of those that have no handler here."""
        subscription = self._by_name.get(envelope.event_name)
        if subscription is None:
            return []
        try:
            events = self._decoders[envelope.event_name].decode_lines(envelope.payload)
        except msgspec.ValidationError as error:
            raise EventUnreadable(envelope.event_name) from error
        return [subscription.read(event) for event in events] if subscription.read else events

    def _measure(self, shard: Shard, batch: Sequence[Envelope], passed: int, size: int, seconds: float) -> None:
        aim = BATCH_SECONDS[shard.lane]
        if passed == size and seconds < aim / 2:
            self._sizes[shard] = min(size * 2, LARGEST_BATCH[shard.lane])
        elif seconds > aim * 1.5:
            smallest = min(SMALLEST_BATCH[shard.lane], max(self._most // 2, 1))
            self._sizes[shard] = max(int(passed * aim / seconds), smallest)
        telemetry.BATCH_SECONDS.labels(self.name, shard.lane).observe(seconds)
        now = datetime.now(UTC)
        for envelope in batch:
            telemetry.EVENTS_HANDLED.labels(self.name, envelope.event_name).inc(envelope.events)
        oldest = (now - batch[0].published_at).total_seconds()
        telemetry.DELIVERY_SECONDS.labels(self.name, shard.lane).observe(max(oldest, 0.0))

    # Failures -----------------------------------------------------------------------------------------------

    async def _failed(self, shard: Shard, batch: Sequence[Envelope], error: Exception) -> int:
        if isinstance(error, RetryLater):
            log.info("batch_put_back", topic=shard.topic, lane=shard.lane, shard=shard.number, reason=str(error))
            return self._rest(shard, error.after.total_seconds())
        if not batch or is_retryable(error):
            log.warning("batch_interrupted", topic=shard.topic, shard=shard.number, failure=describe(error))
            return self._rest(shard, self._backoff(shard))
        if (size := count_events(batch)) > 1:
            log.warning("batch_halved", topic=shard.topic, shard=shard.number, size=size, failure=describe(error))
            self._sizes[shard] = size // 2
            return await self.deliver(shard)
        return await self._park(shard, batch[0], error)

    async def _park(self, shard: Shard, envelope: Envelope, error: Exception) -> int:
        async with self.db.transaction() as conn:
            # Another copy may have taken the shard meanwhile; then this event is theirs to handle or to park.
            offset = await queries.lock_offset(conn, self.name, shard)
            if offset is None or offset >= envelope.position:
                return 0
            await queries.park(conn, self.name, envelope, describe(error), _traceback(error), _retry_at(1))
            await queries.move_offset(conn, self.name, shard, envelope.position)
        log.error("event_parked", event_id=envelope.event_id, event_name=envelope.event_name, exc_info=error)
        telemetry.EVENTS_PARKED.labels(self.name).inc()
        in_a_row = self._parked[shard] = self._parked.get(shard, 0) + 1
        if in_a_row > PARKED_IN_A_ROW:
            # Whatever is wrong is not with these events: from now on one at a time, slower and slower, with an alarm.
            log.error("shard_stopped", topic=shard.topic, lane=shard.lane, shard=shard.number, parked=in_a_row)
            self._rest(shard, self._backoff(shard))
        telemetry.SHARDS_STOPPED.labels(self.name).set(sum(n > PARKED_IN_A_ROW for n in self._parked.values()))
        return 1

    def _backoff(self, shard: Shard) -> float:
        troubles = self._troubles[shard] = self._troubles.get(shard, 0) + 1
        return min(0.1 * 2.0 ** min(troubles, 16), LONGEST_REST_SECONDS)

    def _rest(self, shard: Shard, seconds: float) -> int:
        self._resting[shard] = time.monotonic() + seconds
        return 0

    async def retry_parked(self) -> bool:
        """Try the parked event that is due longest again; tell whether there was one."""
        envelope: Envelope | None = None
        try:
            async with self.db.transaction() as conn:
                envelope = await queries.take_parked(conn, self.name)
                if envelope is None:
                    return False
                await see_workspaces(conn, (envelope.workspace_id,))
                await self._handle(conn, [envelope])
                await queries.delete_parked(conn, self.name, envelope.event_id)
            log.info("parked_event_handled", event_id=envelope.event_id, event_name=envelope.event_name)
        except Exception as error:  # the edge, as in deliver()
            if envelope is None:
                raise
            async with self.db.transaction() as conn:
                attempts = await queries.parked_attempts(conn, self.name, envelope.event_id) + 1
                await queries.put_parked_off(
                    conn, self.name, envelope.event_id, describe(error), _traceback(error), _retry_at(attempts)
                )
            log.warning("parked_event_failed", event_id=envelope.event_id, failure=describe(error), attempts=attempts)
        return True

    # The loop -----------------------------------------------------------------------------------------------

    async def run(self, *, poll_seconds: float, retention_days: int) -> None:
        """Deliver until cancelled."""
        if not self._by_name:
            return
        bell = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(bell))
                tasks.create_task(self._dispatch(bell, tasks, poll_seconds))
                tasks.create_task(self._keep_house(retention_days))
        finally:
            await self.close()

    async def close(self) -> None:
        """Let go of what was read ahead."""
        await self._ahead.close()

    async def _listen(self, bell: asyncio.Event) -> None:
        async for _ in listen(self.db.conninfo, self.topics):
            bell.set()

    async def _dispatch(self, bell: asyncio.Event, tasks: asyncio.TaskGroup, poll_seconds: float) -> None:
        """Look who is behind whenever the bell rings; a shard that takes long keeps no other one waiting."""
        slots = {lane: asyncio.Semaphore(SHARDS_AT_ONCE) for lane in LANES}
        serving: set[Shard] = set()

        async def serve(shard: Shard) -> None:
            async with slots[shard.lane]:
                passed = await self.deliver(shard)
            if 0 < passed < FULL_BATCH:
                await asyncio.sleep(REST_SECONDS[shard.lane])
            serving.discard(shard)
            if passed:
                bell.set()

        while True:
            bell.clear()
            try:
                behind = await self.list_behind()
            except (*DATABASE_ERRORS, OSError) as error:
                log.warning("bus_not_read", failure=describe(error))
                behind = []
            for shard in behind:
                if shard not in serving:
                    serving.add(shard)
                    tasks.create_task(serve(shard))
            await _wait(bell, min([poll_seconds, *self._waits()]))

    async def list_behind(self) -> list[Shard]:
        """Name the shards of both lanes that hold something new and do not rest after a failure."""
        async with self.db.engine.connect() as conn:
            behind = await queries.list_behind(conn, self.name, self.topics)
        now = time.monotonic()
        self._resting = {shard: until for shard, until in self._resting.items() if until > now}
        return [shard for shard in behind if shard not in self._resting]

    def _waits(self) -> list[float]:
        now = time.monotonic()
        return [max(until - now, 0.01) for until in self._resting.values()]

    async def deliver_all(self, shards: Sequence[Shard]) -> int:
        """Deliver one batch of each of these shards, a few at once; return how many events were passed."""
        slots = asyncio.Semaphore(SHARDS_AT_ONCE)

        async def one(shard: Shard) -> int:
            async with slots:
                return await self.deliver(shard)

        return sum(await asyncio.gather(*(one(shard) for shard in shards)))

    async def _keep_house(self, retention_days: int) -> None:
        cleaned_at = -HOUSEKEEPING_SECONDS
        while True:
            try:
                if time.monotonic() - cleaned_at > HOUSEKEEPING_SECONDS:
                    async with self.db.engine.begin() as conn:
                        await queries.keep_partitions(conn, retention_days)
                    cleaned_at = time.monotonic()
                while await self.retry_parked():
                    pass
            except (*DATABASE_ERRORS, OSError) as error:
                log.warning("housekeeping_interrupted", failure=describe(error))
            await asyncio.sleep(5.0)


def is_retryable(error: BaseException) -> bool:
    """Whether the database, not the event, is what failed."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, (InterfaceError, psycopg.InterfaceError, NoConnectionFree, OSError)):
        return True
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate is None or cause.sqlstate[:2] in RETRYABLE_STATES
    return False


def _traceback(error: Exception) -> str:
    return "".join(traceback.format_tb(error.__traceback__))


def _retry_at(attempts: int) -> datetime | None:
    """Tell when to try again: after 30 s, then twice as long each time up to an hour, and never after 12 times."""
    if attempts > 12:
        return None
    return datetime.now(UTC) + timedelta(seconds=min(30 * 2 ** (attempts - 1), 3600))


async def _wait(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        pass

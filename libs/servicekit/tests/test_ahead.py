"""Batches that are read while the one before is handled."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from contracts.golden_records import GoldenRecordGone
from servicekit import bus_queries as queries
from servicekit.ahead import LONGEST_TURN_SECONDS, Ahead
from servicekit.consumer import FULL_BATCH, Consumer, on, on_read
from servicekit.database import Database
from servicekit.outbox import LARGEST_PARCEL, publish, shard_of
from servicekit.testing import FreshDatabase, drain
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

WORKSPACE = uuid4()
SEVERAL = 4 * FULL_BATCH


class Copies:
    """Copies of one consumer, all writing down what they were given."""

    def __init__(self, db: Database) -> None:
        self.seen: list[UUID] = []
        self.visible: set[str] = set()
        self.fail_at: UUID | None = None
        self._db = db
        self._open: list[Consumer] = []

    async def note(self, conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        if self.fail_at in {event.golden_id for event in events}:
            self.fail_at = None
            raise ConnectionError("once")
        self.visible.add((await conn.execute(text("SELECT current_setting('app.workspaces')"))).scalar_one())
        self.seen += [event.golden_id for event in events]

    def one(self) -> Consumer:
        consumer = Consumer(self._db, name="test", subscriptions=[on(GoldenRecordGone, self.note)])
        self._open.append(consumer)
        return consumer

    async def rest(self) -> None:
        await drain(self._db, [on(GoldenRecordGone, self.note)], consumer="test")

    async def close(self) -> None:
        for consumer in self._open:
            await consumer.close()


@pytest.fixture
def db(fresh: FreshDatabase) -> Database:
    return fresh.database("identity")


@pytest.fixture
async def copies(db: Database) -> AsyncIterator[Copies]:
    copies = Copies(db)
    yield copies
    await copies.close()


@pytest.fixture
async def published(db: Database) -> list[UUID]:
    ids = [uuid4() for _ in range(SEVERAL)]
    async with db.transaction() as conn:
        publish(conn, [GoldenRecordGone(workspace_id=WORKSPACE, golden_id=id_) for id_ in ids], lane="backfill")
    return ids


async def deliver_large(consumer: Consumer) -> int:
    """Deliver a batch large enough for the next one to be read ahead."""
    [shard] = await consumer.list_behind()
    consumer._sizes[shard] = FULL_BATCH
    return await consumer.deliver(shard)


async def test_what_was_read_ahead_is_delivered_in_order_and_in_sight_of_its_workspace(
    copies: Copies, published: list[UUID]
) -> None:
    consumer = copies.one()

    while await deliver_large(consumer) == FULL_BATCH and len(copies.seen) < SEVERAL:
        pass

    assert copies.seen == published
    assert copies.visible == {f"{{{WORKSPACE}}}"}


async def test_a_reading_that_another_copy_overtook_is_forgotten(copies: Copies, published: list[UUID]) -> None:
    one, other = copies.one(), copies.one()

    await deliver_large(one)  # and reads ahead
    await deliver_large(other)
    await deliver_large(one)
    await copies.rest()

    assert copies.seen == published


async def test_a_batch_that_failed_is_read_again(copies: Copies, published: list[UUID]) -> None:
    consumer = copies.one()
    copies.fail_at = published[FULL_BATCH + 7]

    await deliver_large(consumer)
    failed = await deliver_large(consumer)
    await copies.rest()

    assert failed == 0
    assert copies.seen == published


async def test_a_batch_is_not_passed_while_another_copy_holds_the_shard(
    db: Database, copies: Copies, published: list[UUID]
) -> None:
    consumer = copies.one()
    await deliver_large(consumer)
    async with db.engine.connect() as conn:
        [shard] = await queries.list_behind(conn, "test", consumer.topics)

    async with db.transaction() as holding:
        assert await queries.lock_offset(holding, "test", shard) == FULL_BATCH
        passed = await consumer.deliver(shard)
    await copies.rest()

    assert passed == 0
    assert copies.seen == published


async def test_what_a_handler_works_with_is_made_ahead_and_the_same(db: Database, published: list[UUID]) -> None:
    seen: list[str] = []

    async def note(conn: AsyncConnection, names: Sequence[str]) -> None:
        seen.extend(names)

    consumer = Consumer(db, name="test", subscriptions=[on_read(GoldenRecordGone, name_of, note)])
    while await deliver_large(consumer) == FULL_BATCH and len(seen) < SEVERAL:
        pass
    await consumer.close()

    assert seen == [str(golden_id) for golden_id in published]


async def test_what_cannot_be_made_of_an_event_parks_it_and_not_its_neighbours(
    db: Database, published: list[UUID]
) -> None:
    culprit, seen = published[FULL_BATCH + 7], list[str]()

    def refuse_one(event: GoldenRecordGone) -> str:
        if event.golden_id == culprit:
            raise ArithmeticError("poison")
        return name_of(event)

    async def note(conn: AsyncConnection, names: Sequence[str]) -> None:
        seen.extend(names)

    subscriptions = [on_read(GoldenRecordGone, refuse_one, note)]
    consumer = Consumer(db, name="test", subscriptions=subscriptions)
    await deliver_large(consumer)
    await deliver_large(consumer)
    await consumer.close()
    await drain(db, subscriptions, consumer="test")
    async with db.engine.connect() as conn:
        parked = await queries.count_parked(conn, "test")

    assert parked == 1
    assert seen == [str(golden_id) for golden_id in published if golden_id != culprit]


async def test_the_backlog_is_that_of_the_slowest_who_listens(
    db: Database, copies: Copies, published: list[UUID]
) -> None:
    slow = copies.one()
    await deliver_large(slow)
    [shard] = await slow.list_behind()
    await drain(db, [on(GoldenRecordGone, copies.note)], consumer="quick")

    async with db.engine.connect() as conn:
        behind = await queries.backlog_of(conn, shard)
    await copies.rest()
    async with db.engine.connect() as conn:
        none = await queries.backlog_of(conn, shard)

    assert (behind, none) == (len(published) - FULL_BATCH, 0)


def name_of(event: GoldenRecordGone) -> str:
    return str(event.golden_id)


async def test_a_rush_is_so_many_events_of_a_shard_within_a_time(
    db: Database, copies: Copies, published: list[UUID]
) -> None:
    [shard] = await copies.one().list_behind()

    async def inflow(events: int, within: timedelta) -> queries.Inflow:
        async with db.engine.connect() as conn:
            return await queries.inflow_of(conn, "test", [shard], events=events, within=within)

    assert await inflow(len(published), timedelta(minutes=1)) == queries.Inflow(len(published), is_rush=True)
    assert not (await inflow(len(published) + 1, timedelta(minutes=1))).is_rush
    assert not (await inflow(len(published), timedelta(0))).is_rush
    await copies.rest()
    assert await inflow(len(published), timedelta(minutes=1)) == queries.Inflow(0, is_rush=True)


async def test_reading_gives_way_to_whoever_has_something_to_do(db: Database) -> None:
    async with db.transaction() as conn:
        publish(conn, [GoldenRecordGone(workspace_id=WORKSPACE, golden_id=uuid4()) for _ in range(4 * LARGEST_PARCEL)])
    turns, seen = 0, list[int]()

    def read(envelope: queries.Envelope) -> list[int]:
        time.sleep(2 * LONGEST_TURN_SECONDS)  # as reading does, which waits for nothing and keeps the loop
        seen.append(turns)
        return []

    async def foresee(_: Sequence[queries.Envelope], read: Sequence[list[int]]) -> list[None]:
        return [None] * len(read)

    ahead = Ahead(db, read, foresee)
    shard = queries.Shard(GoldenRecordGone.TOPIC, "live", shard_of(WORKSPACE))
    ahead.begin(shard, after=0, size=4 * LARGEST_PARCEL)
    taking = asyncio.create_task(ahead.take(shard))
    while not taking.done():
        turns += 1
        await asyncio.sleep(0)

    assert len(set(seen)) == len(seen) == 4

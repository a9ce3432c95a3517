"""The bus: commit order, effects and offset together, halving, parking, copies that share."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from contracts.event import Event, Lane
from contracts.golden_records import GoldenRecordGone, GoldenRecordMerged
from contracts.workspaces import WorkspaceErased
from servicekit import bus_queries as queries
from servicekit import outbox
from servicekit.bus_queries import Envelope, Shard
from servicekit.consumer import PARKED_IN_A_ROW, Consumer, Subscription, on
from servicekit.database import Database
from servicekit.errors import RetryLater
from servicekit.outbox import publish, shard_of
from servicekit.tail import READ_AT_ONCE, follow
from servicekit.testing import FreshDatabase, drain
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection


@pytest.fixture
async def db(fresh: FreshDatabase) -> Database:
    return fresh.database("identity")


def gone(workspace: UUID, golden: UUID | None = None) -> GoldenRecordGone:
    return GoldenRecordGone(workspace_id=workspace, golden_id=golden or uuid4())


def told_in(envelopes: Sequence[Envelope]) -> list[GoldenRecordGone]:
    decoder = msgspec.json.Decoder(GoldenRecordGone)
    return [event for envelope in envelopes for event in decoder.decode_lines(envelope.payload)]


async def publish_all(db: Database, events: Sequence[Event], lane: Lane | None = None) -> None:
    async with db.transaction() as conn:
        publish(conn, events, lane=lane)


async def publish_and_roll_back(db: Database, event: GoldenRecordGone) -> None:
    with contextlib.suppress(ArithmeticError):
        async with db.transaction() as conn:
            publish(conn, [event])
            raise ArithmeticError


class Recorder:
    """A handler that keeps what it was given, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[UUID]] = []
        self.poison: set[UUID] = set()

    @property
    def seen(self) -> list[UUID]:
        return [golden for batch in self.batches for golden in batch]

    async def __call__(self, conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        if self.poison & {event.golden_id for event in events}:
            raise ArithmeticError("poison")
        self.batches.append([event.golden_id for event in events])

    def subscriptions(self) -> list[Subscription]:
        return [on(GoldenRecordGone, self)]


async def test_events_arrive_in_the_order_of_their_commits_and_in_one_batch(db: Database) -> None:
    workspace, recorder = uuid4(), Recorder()
    events = [gone(workspace) for _ in range(10)]
    for event in events:
        await publish_all(db, [event])

    passed = await drain(db, recorder.subscriptions(), consumer="test")

    assert passed == 10
    assert recorder.batches == [[event.golden_id for event in events]]


async def test_a_rolled_back_transaction_publishes_nothing_and_leaves_no_gap(db: Database) -> None:
    workspace, recorder = uuid4(), Recorder()
    await publish_and_roll_back(db, gone(workspace))
    kept = gone(workspace)
    await publish_all(db, [kept])

    await drain(db, recorder.subscriptions(), consumer="test")

    assert recorder.seen == [kept.golden_id]
    async with db.engine.connect() as conn:
        assert set((await queries.list_positions(conn, ["golden_records"])).values()) == {1}


async def test_publishing_outside_the_edge_is_refused(db: Database) -> None:
    async with db.engine.connect() as conn:
        with pytest.raises(RuntimeError):
            publish(conn, [gone(uuid4())])


async def test_concurrent_publishers_rollbacks_and_copies_deliver_each_event_once_in_order(db: Database) -> None:
    workspaces = [uuid4() for _ in range(5)]
    committed: dict[UUID, list[UUID]] = {workspace: [] for workspace in workspaces}

    async def publisher(number: int) -> None:
        for turn in range(12):
            workspace = workspaces[(number + turn) % len(workspaces)]
            event = gone(workspace)
            if (number + turn) % 4 == 0:
                await publish_and_roll_back(db, event)
                continue
            await publish_all(db, [event])
            committed[workspace].append(event.golden_id)

    recorder = Recorder()
    copies = [Consumer(db, name="test", subscriptions=recorder.subscriptions()) for _ in range(3)]

    async def copy(consumer: Consumer, publishing: asyncio.Task[list[None]]) -> None:
        while not publishing.done():
            await consumer.deliver_all(await consumer.list_behind())

    publishing = asyncio.ensure_future(asyncio.gather(*(publisher(number) for number in range(6))))
    await asyncio.gather(publishing, *(copy(consumer, publishing) for consumer in copies))
    await drain(db, recorder.subscriptions(), consumer="test")

    everything = [golden for goldens in committed.values() for golden in goldens]
    assert sorted(recorder.seen) == sorted(everything)
    async with db.engine.connect() as conn:
        rows = await conn.execute(text("SELECT payload->>'golden_id' FROM bus.event ORDER BY shard, position"))
        in_outbox = [UUID(row[0]) for row in rows]
    for workspace in workspaces:
        # A shard's offset is locked by one copy at a time, so what a workspace sees is the outbox's own order.
        own = set(committed[workspace])
        assert [g for g in recorder.seen if g in own] == [g for g in in_outbox if g in own]


async def test_a_poisoned_event_is_found_by_halving_and_parked_and_its_neighbours_arrive(db: Database) -> None:
    workspace, recorder = uuid4(), Recorder()
    events = [gone(workspace) for _ in range(21)]
    recorder.poison = {events[13].golden_id}
    await publish_all(db, events)

    await drain(db, recorder.subscriptions(), consumer="test")

    assert recorder.seen == [event.golden_id for event in events if event is not events[13]]
    async with db.engine.connect() as conn:
        assert await queries.count_parked(conn, "test") == 1


async def test_a_parked_event_is_handled_later_and_then_forgotten(db: Database) -> None:
    recorder = Recorder()
    event = gone(uuid4())
    recorder.poison = {event.golden_id}
    await publish_all(db, [event])
    await drain(db, recorder.subscriptions(), consumer="test")
    async with db.engine.begin() as conn:
        await conn.execute(text("UPDATE bus.parked SET retry_at = now() - interval '1 second'"))

    consumer = Consumer(db, name="test", subscriptions=recorder.subscriptions())
    assert await consumer.retry_parked()
    async with db.engine.begin() as conn:
        attempts = (await conn.execute(text("SELECT attempts FROM bus.parked"))).scalar_one()
        await conn.execute(text("UPDATE bus.parked SET retry_at = now() - interval '1 second'"))
    recorder.poison = set()
    assert await consumer.retry_parked()

    assert attempts == 2
    assert recorder.seen == [event.golden_id]
    assert not await consumer.retry_parked()


async def test_events_that_make_a_lot_of_work_come_in_small_batches(db: Database) -> None:
    workspace, sizes = uuid4(), []
    # Where batches may take their time: in the live lane one that a busy machine delays makes the next one smaller.
    await publish_all(db, [gone(workspace) for _ in range(7)], lane="backfill")

    async def note(conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        sizes.append(len(events))

    await drain(db, [on(GoldenRecordGone, note, at_once=3)], consumer="test")

    assert sizes == [3, 3, 1]


async def test_a_failing_handler_leaves_neither_its_writes_nor_its_events(db: Database) -> None:
    workspace = uuid4()
    await publish_all(db, [gone(workspace)])

    async def half_done(conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        publish(conn, [GoldenRecordMerged(workspace_id=workspace, golden_id=uuid4(), merged_id=uuid4())])
        raise ArithmeticError

    await drain(db, [on(GoldenRecordGone, half_done)], consumer="test")

    async with db.engine.connect() as conn:
        names = (await conn.execute(text("SELECT event_name FROM bus.event"))).scalars().all()
    assert names == ["golden_record.gone.v1"]


async def test_retry_later_puts_the_whole_batch_back(db: Database) -> None:
    workspace, recorder = uuid4(), Recorder()
    await publish_all(db, [gone(workspace), gone(workspace)])
    shard = Shard("golden_records", "live", shard_of(workspace))

    async def not_now(conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        raise RetryLater("the moon is full", after=timedelta(seconds=30))

    waiting = Consumer(db, name="test", subscriptions=[on(GoldenRecordGone, not_now)])
    assert await waiting.deliver(shard) == 0
    assert await waiting.list_behind() == []
    await drain(db, recorder.subscriptions(), consumer="test")

    assert len(recorder.seen) == 2


async def test_an_event_whose_payload_nobody_understands_is_parked(db: Database, fresh: FreshDatabase) -> None:
    workspace, recorder = uuid4(), Recorder()
    good = gone(workspace)
    await publish_all(db, [gone(workspace)])
    await publish_all(db, [good])
    async with await psycopg.AsyncConnection.connect(fresh.admin_url) as admin:
        await admin.execute("UPDATE bus.outbox SET payload = '{\"golden_id\": 7}' WHERE position = 1")

    await drain(db, recorder.subscriptions(), consumer="test")

    assert recorder.seen == [good.golden_id]


async def test_the_two_lanes_keep_offsets_of_their_own_and_events_go_on_in_their_lane(db: Database) -> None:
    workspace = uuid4()
    await publish_all(db, [gone(workspace)], lane="backfill")
    await publish_all(db, [gone(workspace)])

    async def pass_on(conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        publish(conn, [WorkspaceErased(workspace_id=event.workspace_id) for event in events])

    await drain(db, [on(GoldenRecordGone, pass_on)], consumer="test")

    async with db.engine.connect() as conn:
        rows = await conn.execute(
            text("SELECT lane, headers->>'causation_id' FROM bus.event WHERE topic = 'workspaces' ORDER BY lane")
        )
        assert [(row[0], bool(row[1])) for row in rows] == [("backfill", True), ("live", True)]


async def test_the_doorbell_wakes_a_consumer_long_before_it_would_poll(db: Database) -> None:
    workspace, recorder, arrived = uuid4(), Recorder(), asyncio.Event()

    async def note(conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
        await recorder(conn, events)
        arrived.set()

    consumer = Consumer(db, name="test", subscriptions=[on(GoldenRecordGone, note)])
    running = asyncio.create_task(consumer.run(poll_seconds=60, retention_days=3))
    await publish_all(db, [gone(workspace)])
    await asyncio.wait_for(arrived.wait(), 5)
    arrived.clear()
    await publish_all(db, [gone(workspace)])
    await asyncio.wait_for(arrived.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert len(recorder.seen) == 2


@pytest.mark.parametrize("size", [1, 7, 50, 64, 1_000])
async def test_parcels_are_opened_wherever_a_batch_begins_and_ends(db: Database, size: int) -> None:
    ours, theirs = uuid4(), next(each for each in iter(uuid4, None) if shard_of(each) == 0)
    while shard_of(ours) != shard_of(theirs):
        ours = uuid4()
    told = [gone(each) for each in (*[ours] * 60, theirs, *[ours] * 3, *[theirs] * 49)]
    await publish_all(db, told)
    shard, read, after = Shard("golden_records", "live", 0), list[Envelope](), 0

    async with db.engine.connect() as conn:
        while batch := await queries.read_batch(conn, shard, after=after, size=size):
            assert queries.count_events(batch) <= size
            read, after = read + batch, batch[-1].position

    assert [each.golden_id for each in told_in(read)] == [each.golden_id for each in told]
    assert [each.workspace_id for each in read for _ in range(each.events)] == [each.workspace_id for each in told]
    assert [each.position for each in read] == list(accumulate(each.events for each in read))
    assert len({each.event_id for each in read}) == len(read)


async def test_reading_a_batch_costs_the_batch_and_not_the_backlog(db: Database) -> None:
    workspace = uuid4()
    await publish_all(db, [gone(workspace) for _ in range(20_000)])
    explained = text(
        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
        f"SELECT * FROM bus.read_batch('golden_records', 'live', {shard_of(workspace)}, 3, 64)"
    )
    async with db.engine.connect() as conn:
        await conn.execute(explained)  # the first call reads the catalogue as well
        blocks = (await conn.execute(explained)).scalar_one()[0]["Plan"]["Shared Hit Blocks"]

    assert blocks < 100


async def test_a_follower_sees_what_is_published_after_it_began(db: Database) -> None:
    workspace = uuid4()
    before, after = gone(workspace), gone(workspace)
    await publish_all(db, [before])
    following = follow(db, [GoldenRecordGone], workspaces=lambda: [workspace], poll_seconds=0.05)

    begun = await anext(following)
    await publish_all(db, [after])
    envelopes = await anext(following)
    await following.aclose()

    assert begun == []
    assert [each.golden_id for each in told_in(envelopes)] == [after.golden_id]


async def test_a_follower_reads_the_workspaces_and_types_of_interest_and_all_of_them(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LARGEST_PARCEL", 1)
    ours, theirs = uuid4(), uuid4()
    interesting: list[UUID] = []
    many = [gone(ours) for _ in range(READ_AT_ONCE + 1)]
    following = follow(db, [GoldenRecordGone], workspaces=lambda: interesting, poll_seconds=0.05)

    await anext(following)
    interesting.append(ours)
    merged = GoldenRecordMerged(workspace_id=ours, golden_id=uuid4(), merged_id=uuid4())
    await publish_all(db, [gone(theirs), merged, *many])
    seen = [*await anext(following), *await anext(following)]
    await following.aclose()

    assert [each.golden_id for each in told_in(seen)] == [event.golden_id for event in many]


async def give_positions_an_earlier_day(fresh: FreshDatabase, events: int, day: str) -> None:
    """Write events as they would lie there had they been published on an earlier day."""
    async with await psycopg.AsyncConnection.connect(fresh.admin_url) as admin:
        await admin.execute(
            f"CREATE TABLE bus.outbox_{day} PARTITION OF bus.outbox FOR VALUES FROM ('{day}') TO ('{day}'::date + 1)"  # type: ignore[arg-type]
        )
        await admin.execute(
            "INSERT INTO bus.outbox "
            "(topic, lane, shard, position, published_at, event_id, event_name, workspace_id, headers, payload) "
            "SELECT 'golden_records', 'live', 0, n, %s::date + interval '1 hour', gen_random_uuid(), 'x', "
            "gen_random_uuid(), '{}', '{}' "
            "FROM generate_series(1, %s) n",
            [day, events],
        )
        await admin.execute("INSERT INTO bus.shard VALUES ('golden_records', 'live', 0, %s)", [events])


async def test_a_day_is_dropped_once_it_is_old_and_everybody_has_passed_it(db: Database, fresh: FreshDatabase) -> None:
    await give_positions_an_earlier_day(fresh, 3, "20260101")
    consumer = Consumer(db, name="slow", subscriptions=Recorder().subscriptions())
    shard = Shard("golden_records", "live", 0)
    async with db.transaction() as conn:
        await queries.lock_offset(conn, "slow", shard)
        await queries.lock_offset(conn, "gone", Shard("golden_records", "live", 1))
        await queries.move_offset(conn, "slow", shard, 2)

    async with db.engine.connect() as conn:
        _, kept = await queries.keep_partitions(conn, 3)
        await conn.execute(text('UPDATE bus."offset" SET position = 9'))
        await conn.execute(text("INSERT INTO bus.\"offset\" VALUES ('gone', 'golden_records', 'live', 0, 9)"))
        _, dropped = await queries.keep_partitions(conn, 3)

    assert (kept, dropped) == (0, 1)
    assert await consumer.deliver(shard) == 0


async def test_a_consumer_that_comes_after_events_were_dropped_has_nothing_to_wait_for(db: Database) -> None:
    async with db.transaction() as conn:
        await conn.execute(text("INSERT INTO bus.shard VALUES ('golden_records', 'live', 0, 7)"))
    recorder = Recorder()

    await drain(db, recorder.subscriptions(), consumer="late")

    assert recorder.seen == []


async def test_a_poisoned_event_is_parked_where_older_ones_were_dropped(db: Database) -> None:
    workspace, recorder = uuid4(), Recorder()
    event = gone(workspace)
    recorder.poison = {event.golden_id}
    async with db.transaction() as conn:
        insert = "INSERT INTO bus.shard VALUES ('golden_records', 'live', :shard, 4)"
        await conn.execute(text(insert), {"shard": shard_of(workspace)})
    await publish_all(db, [event])

    await drain(db, recorder.subscriptions(), consumer="late")

    async with db.engine.connect() as conn:
        assert await queries.count_parked(conn, "late") == 1


async def test_many_parked_in_a_row_slow_a_shard_down_and_do_not_end_it(db: Database) -> None:
    workspace, recorder = uuid4(), Recorder()
    events = [gone(workspace) for _ in range(PARKED_IN_A_ROW + 3)]
    recorder.poison = {event.golden_id for event in events}
    await publish_all(db, events)
    consumer = Consumer(db, name="test", subscriptions=recorder.subscriptions())
    shard = Shard("golden_records", "live", shard_of(workspace))

    passed = sum([await consumer.deliver(shard) for _ in range(PARKED_IN_A_ROW + 1)])

    assert passed == PARKED_IN_A_ROW + 1
    assert await consumer.list_behind() == []


async def test_a_swallowed_database_error_is_not_committed_in_silence(db: Database) -> None:
    async def swallow() -> None:
        async with db.transaction() as conn:
            with contextlib.suppress(DBAPIError):
                await conn.execute(text("SELECT 1 / 0"))

    with pytest.raises(RuntimeError):
        await swallow()


async def test_what_is_rehearsed_leaves_neither_rows_nor_events(db: Database) -> None:
    first, rehearsed, last = gone(uuid4()), gone(uuid4()), gone(uuid4())
    async with db.transaction() as conn:
        publish(conn, [first])
        await conn.exec_driver_sql("CREATE TEMPORARY TABLE kept (id integer)")
        async with outbox.rehearsal(conn):
            publish(conn, [rehearsed])
            await conn.exec_driver_sql("INSERT INTO kept VALUES (1)")
        publish(conn, [last])
        assert (await conn.exec_driver_sql("SELECT count(*) FROM kept")).scalar_one() == 0

    async with db.engine.connect() as conn:
        rows = await conn.execute(text("SELECT payload ->> 'golden_id' FROM bus.event ORDER BY position"))
        assert set(rows.scalars()) == {str(first.golden_id), str(last.golden_id)}

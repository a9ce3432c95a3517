"""Asking for syncs: by hand, by the clock, by events; and the queue that carries them."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from contracts.connections import ConnectionBroken, ConnectionRemoved, RecordHint, SyncRequested
from procrastinate.jobs import Job
from providers.source import Page, RateLimited
from servicekit.errors import RetryLater
from shop_world import EVERY, World, contact, running_queue
from sync_worker import jobs, queue, schedule
from sync_worker.queue import ComeBack, job_app, schedule_due

QUEUED_FIRST = ("connection-sync", "backfill", "todo")
QUEUED_LIVE = ("connection-sync", "live", "todo")


def something_changed(world: World) -> SyncRequested:
    return SyncRequested(workspace_id=world.workspace_id, connection_id=world.connection_id)


async def test_connecting_queues_a_first_sync(world: World) -> None:
    run = await world.last_run()

    assert (run.mode, run.state) == ("first", "queued")
    assert await world.jobs() == [QUEUED_FIRST]


async def test_asking_while_a_sync_is_under_way_gives_the_same_one_and_no_second_job(world: World) -> None:
    under_way = await world.last_run()

    async with world.db.transaction(world.workspace_id) as conn:
        asked = await schedule.request_sync(conn, world.workspace_id, world.connection_id)
    await world.tell(something_changed(world), something_changed(world))

    assert asked == under_way.id
    assert await world.jobs() == [QUEUED_FIRST]


async def test_two_who_ask_at_once_get_the_same_sync(world: World) -> None:
    await world.sync()

    async def ask() -> object:
        async with world.db.transaction(world.workspace_id) as conn:
            return await schedule.request_sync(conn, world.workspace_id, world.connection_id)

    assert len(set(await asyncio.gather(*(ask() for _ in range(5))))) == 1


async def test_a_job_queued_already_leaves_the_transaction_whole(world: World) -> None:
    async with world.db.transaction(world.workspace_id) as conn:
        await jobs.defer_sync(conn, world.workspace_id, world.connection_id, "live")
        await jobs.defer_sync(conn, world.workspace_id, world.connection_id, "live")

    assert await world.jobs() == [QUEUED_LIVE]


async def test_who_connects_again_need_not_wait_as_the_run_before_did(world: World) -> None:
    world.shop.troubles["contacts", None].append(RateLimited("Slow down.", after_seconds=3600))
    async with running_queue(world):
        await world.ended("waiting")
    assert await _waits(world)

    async with world.db.transaction(world.workspace_id) as conn:
        await schedule.request_sync(conn, world.workspace_id, world.connection_id)
    assert await _waits(world), "a provider that said when is not asked before"

    await world.tell(
        ConnectionBroken(
            workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", reason="It ended."
        )
    )
    await world.connect()

    assert not await _waits(world)
    assert QUEUED_FIRST in await world.jobs()


async def _waits(world: World) -> object:
    return await world.value(
        "SELECT scheduled_at IS NOT NULL FROM procrastinate_jobs WHERE task_name = :task", task=jobs.SYNC
    )


async def test_what_changes_during_a_sync_brings_another_after_it(world: World) -> None:
    world.shop.held.add(("deals", None))
    running = asyncio.create_task(world.sync())
    async with asyncio.timeout(10):
        await world.shop.reached["deals", None].wait()
    first = await world.last_run()

    await world.tell(something_changed(world))
    world.shop.release()
    await running

    second = await world.last_run()
    assert second.id != first.id
    assert (second.mode, second.state) == ("incremental", "queued")


async def test_what_changes_while_a_sync_waits_brings_another_after_it(world: World) -> None:
    world.shop.troubles["deals", None].append(RateLimited("Slow down.", after_seconds=60))
    with pytest.raises(RetryLater):
        await world.sync()

    await world.tell(something_changed(world))
    await world.sync()

    assert (await world.last_run()).state == "queued"


async def test_the_schedule_asks_for_what_is_due_and_not_again_before_the_time(world: World) -> None:
    await world.sync()
    await world.rows("DELETE FROM procrastinate_jobs RETURNING id")

    await schedule_due(world.db, every=EVERY)
    assert await world.jobs() == []
    await world.rows("UPDATE connection SET next_sync_at = now() RETURNING 1")
    await schedule_due(world.db, every=EVERY)
    await schedule_due(world.db, every=EVERY)

    assert await world.jobs() == [QUEUED_LIVE]


async def test_the_schedule_leaves_removed_connections_alone(world: World) -> None:
    await world.rows("UPDATE connection SET next_sync_at = now() - interval '1 hour', state = 'removed' RETURNING 1")
    await world.rows("DELETE FROM procrastinate_jobs RETURNING id")

    await schedule_due(world.db, every=EVERY)

    assert await world.jobs() == []


async def test_a_removed_connection_has_no_news(world: World) -> None:
    removed = ConnectionRemoved(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", data="keep"
    )
    await world.tell(removed, something_changed(world))

    assert (await world.last_run()).state == "cancelled"


async def test_the_queue_runs_a_sync_to_its_end_and_forgets_the_job(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))

    async with running_queue(world):
        await world.ended("succeeded")

    assert [job for job in await world.jobs() if job[0] == jobs.SYNC] == []


async def test_stopping_the_queue_in_mid_run_puts_the_job_back(world: World) -> None:
    world.shop.held.add(("contacts", None))

    async with running_queue(world), asyncio.timeout(20):
        await world.shop.reached["contacts", None].wait()

    assert QUEUED_FIRST in await world.jobs()
    world.shop.release()
    async with running_queue(world):
        await world.ended("succeeded")


async def test_a_waiting_run_is_queued_for_the_time_its_provider_says(world: World) -> None:
    world.shop.troubles["contacts", None].append(RateLimited("Slow down.", after_seconds=600))

    async with running_queue(world):
        run = await world.ended("waiting")

    (job,) = await world.rows(
        "SELECT status::text, scheduled_at FROM procrastinate_jobs WHERE task_name = :t AND status = 'todo'",
        t=jobs.SYNC,
    )
    assert job["status"] == "todo"
    assert run.retry_at
    assert abs(job["scheduled_at"] - run.retry_at) < timedelta(seconds=5)


async def test_jobs_of_a_killed_worker_are_revived_once_its_heart_is_silent(world: World) -> None:
    app = job_app(world.db, world.syncer, world.fetcher, world.actor, every=EVERY)
    async with app.open_async():
        worker_id = await app.job_manager.register_worker()
        job = await app.job_manager.fetch_job(queues=["backfill"], worker_id=worker_id)
        assert job
        assert await queue.revive(app) == 0
        await world.rows(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' WHERE id = :id RETURNING 1",
            id=worker_id,
        )

        assert await queue.revive(app) == 1

    assert await world.jobs() == [QUEUED_FIRST]


async def test_a_killed_worker_s_job_that_waits_again_already_is_not_doubled(world: World) -> None:
    app = job_app(world.db, world.syncer, world.fetcher, world.actor, every=EVERY)
    async with app.open_async():
        worker_id = await app.job_manager.register_worker()
        await app.job_manager.fetch_job(queues=["backfill"], worker_id=worker_id)
        await app.job_manager.unregister_worker(worker_id)
        async with world.db.transaction(world.workspace_id) as conn:
            await jobs.defer_sync(conn, world.workspace_id, world.connection_id, "live")

        assert await queue.revive(app) == 1

    assert await world.jobs() == [QUEUED_LIVE]


async def test_a_job_that_fails_while_the_same_one_waits_holds_it_up_no_longer(world: World) -> None:
    await world.hint(RecordHint(provider_id="1"))
    app = job_app(world.db, world.syncer, world.fetcher, world.actor, every=EVERY)
    async with app.open_async():
        worker_id = await app.job_manager.register_worker()
        failing = await app.job_manager.fetch_job(queues=["errands"], worker_id=worker_id)
        assert failing
        await world.hint(RecordHint(provider_id="2"))

        await app.job_manager.retry_job(failing, retry_at=datetime.now(UTC))

        following = await app.job_manager.fetch_job(queues=["errands"], worker_id=worker_id)
    assert following
    assert following.id != failing.id


def test_every_failed_job_comes_back() -> None:
    job = Job(queue="live", lock=None, queueing_lock=None, task_name=jobs.SYNC, attempts=50)
    failures = [RetryLater("not now", after=timedelta(hours=1)), asyncio.CancelledError(), psycopg.OperationalError()]

    decisions = [ComeBack().get_retry_decision(exception=failure, job=job) for failure in failures]

    assert all(decision and decision.retry_at for decision in decisions)
    assert decisions[0].retry_at > decisions[2].retry_at > decisions[1].retry_at

"""A paused connection is left alone, and goes on where it was."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from contracts.connections import ConnectionPaused, ConnectionResumed, SyncRequested
from contracts.syncs import SyncCounts
from providers.source import Page, ProviderUnavailable
from shop_world import EVERY, World, contact, running_queue
from sync_worker import runs, schedule
from sync_worker.queue import schedule_due

LATER = timedelta(minutes=1)


def paused(world: World, at: datetime) -> ConnectionPaused:
    return ConnectionPaused(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", paused_at=at
    )


def resumed(world: World, at: datetime) -> ConnectionResumed:
    return ConnectionResumed(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", resumed_at=at
    )


async def test_a_running_sync_ends_at_its_next_page_and_goes_on_from_there(world: World) -> None:
    now = datetime.now(UTC)
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("2"),)))
    world.shop.held.add(("contacts", "1"))
    running = asyncio.create_task(world.sync())
    await world.shop.reached["contacts", "1"].wait()
    await world.reached(1)

    await world.tell(paused(world, now))
    world.shop.release()
    await running

    called_off = await world.last_run()
    assert (called_off.state, called_off.problem) == ("cancelled", schedule.PAUSED)
    assert await world.value("SELECT count(*) FROM source_contact") == 1
    world.shop.asked.clear()
    await world.tell(resumed(world, now + LATER))
    await world.sync()
    assert world.shop.asked[0] == ("contacts", "1", None)
    run = await world.last_run()
    assert (run.state, run.counts["contacts"]) == ("succeeded", SyncCounts(fetched=1, added=1))


async def test_nothing_begins_while_it_is_paused(world: World) -> None:
    await world.sync()
    await world.tell(paused(world, datetime.now(UTC)))
    await world.rows("UPDATE connection SET next_sync_at = now() - interval '1 second' RETURNING 1")

    await world.tell(SyncRequested(workspace_id=world.workspace_id, connection_id=world.connection_id))
    await schedule_due(world.db, every=EVERY)
    with pytest.raises(schedule.ConnectionIsPaused):
        await world.sync_anew()

    assert await world.value("SELECT count(*) FROM sync_run") == 1


async def test_what_is_told_late_undoes_nothing(world: World) -> None:
    now = datetime.now(UTC)
    await world.sync()

    await world.tell(paused(world, now), resumed(world, now + 2 * LATER), paused(world, now + LATER))
    assert await world.value("SELECT state FROM connection") == "active"

    await world.tell(paused(world, now + 3 * LATER), resumed(world, now + 2 * LATER))
    assert await world.value("SELECT state FROM connection") == "paused"


async def test_connecting_again_resumes(world: World) -> None:
    now = datetime.now(UTC)
    await world.sync()
    await world.tell(paused(world, now))

    await world.connect(authorized_at=now + LATER)

    assert await world.value("SELECT state FROM connection") == "active"
    assert (await world.last_run()).state == "queued"


async def test_a_run_that_is_called_off_while_it_is_put_off_leaves_no_job_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    world.shop.troubles["contacts", None].append(ProviderUnavailable("away"))
    fell_back, put_off = runs.fall_back, asyncio.Event()

    async def slowly(*where: object, **how: object) -> timedelta | None:
        after = await fell_back(*where, **how)  # type: ignore[arg-type]
        put_off.set()
        return after

    monkeypatch.setattr(runs, "fall_back", slowly)
    async with running_queue(world):
        await put_off.wait()
        await world.tell(paused(world, now), resumed(world, now + LATER))
        run = await world.ended("succeeded")

    assert run.counts["contacts"].added == 1
    assert await world.jobs() == []

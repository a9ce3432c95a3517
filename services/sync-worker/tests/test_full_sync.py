"""Reading everything again: what accounts no longer show goes, and what came by other ways stays."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from contracts.connections import ConnectionPaused, ConnectionResumed
from contracts.contacts import ContactFetched, ContactGone
from contracts.syncs import SyncCounts
from providers.source import Page, ProviderRefused, ProviderUnavailable
from servicekit.errors import RetryLater
from shop_world import EVERY, World, contact, deal
from sync_worker import hint_queries, schedule, source_queries
from sync_worker import run as runs_of
from sync_worker.queue import schedule_due
from sync_worker.run import Run


@pytest.fixture
def world(world: World) -> World:
    """A shop whose streams list everything when they are read without a bookmark, as an account's do."""
    world.shop.list_everything()
    world.shop.leaves_bookmarks = True
    return world


async def ask_full(world: World) -> UUID:
    async with world.db.transaction(world.workspace_id) as conn:
        return await schedule.request_sync(conn, world.workspace_id, world.connection_id, anew=True)


async def full(world: World) -> None:
    await ask_full(world)
    await world.sync()


async def gone(world: World) -> set[tuple[str, str]]:
    return {(event.provider_id, event.reason) for event in await world.published(ContactGone)}


async def fetched_besides(world: World, provider_id: str) -> None:
    """Save a contact as a small fetch would, between the pages of a run."""
    besides = Run(
        workspace_id=world.workspace_id,
        connection_id=world.connection_id,
        sync_id=(await world.last_run()).id,
        provider="shop",
        mode="incremental",
        attempt=1,
    )
    async with world.db.transaction(world.workspace_id) as conn:
        await hint_queries.hold_connection(conn, besides)
        await source_queries.save_contacts(conn, besides, "contacts", {provider_id: contact(provider_id)})


async def test_a_full_sync_reads_from_no_bookmark_and_takes_out_what_is_absent(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    world.shop.show("deals", Page(interactions=(deal("1"), deal("2"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1", "Grace"),)))
    world.shop.show("deals", Page(interactions=(deal("2"),)))
    world.shop.asked.clear()

    await full(world)

    assert world.shop.asked == [("contacts", None, None), ("deals", None, None)]
    assert await gone(world) == {("2", "absent")}
    run = await world.last_run()
    assert (run.mode, run.state) == ("full", "succeeded")
    assert run.counts == {
        "contacts": SyncCounts(fetched=1, updated=1, gone=1),
        "deals": SyncCounts(fetched=1, unchanged=1, gone=1),
    }
    await world.sync_anew()
    assert world.shop.asked[-1] == ("deals", None, "deals read")


async def test_an_incremental_sync_takes_nothing_out(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)))

    await world.sync_anew()

    assert await gone(world) == set()


async def test_a_record_that_is_shown_again_is_the_same_record_one_revision_on(world: World) -> None:
    for shown in (("1", "2"), ("1",), ("1", "2")):
        world.shop.show("contacts", Page(contacts=tuple(map(contact, shown))))
        await full(world)

    fetched = [event for event in await world.published(ContactFetched) if event.provider_id == "2"]
    (went,) = await world.published(ContactGone)
    assert [fetched[0].revision, went.revision, fetched[1].revision] == [1, 2, 3]
    assert fetched[0].first_seen_at == went.first_seen_at == fetched[1].first_seen_at


@pytest.mark.parametrize("is_known", [True, False])
async def test_what_a_small_fetch_showed_meanwhile_is_not_absent(world: World, is_known: bool) -> None:
    before = ("1", "2", "9") if is_known else ("1", "2")
    world.shop.show("contacts", Page(contacts=tuple(map(contact, before))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("3"),)))
    world.shop.held.add(("contacts", "1"))
    await ask_full(world)
    running = asyncio.create_task(world.sync())
    await world.shop.reached["contacts", "1"].wait()

    await fetched_besides(world, "9")
    world.shop.release()
    await running

    assert await gone(world) == {("2", "absent")}


async def test_a_full_sync_that_fails_takes_nothing_out_and_the_next_goes_on_from_there(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("3"),)))
    world.shop.troubles["contacts", "1"] += [ProviderUnavailable("away")] * (runs_of.PATIENCE + 1)
    await ask_full(world)
    while (await world.last_run()).state != "failed":
        with suppress(RetryLater):
            await world.sync()
    assert await gone(world) == set()

    await world.sync_anew()

    assert (await world.last_run()).mode == "full"
    assert await gone(world) == {("2", "absent")}
    await world.sync_anew()
    assert (await world.last_run()).mode == "incremental"


async def test_a_stream_that_is_refused_takes_nothing_out(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    world.shop.show("deals", Page(interactions=(deal("1"),)))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page())
    world.shop.troubles["contacts", "1"].append(ProviderRefused("no longer granted"))

    await full(world)

    run = await world.last_run()
    assert (run.state, run.problems) == ("succeeded", {"contacts": "no longer granted"})
    assert await gone(world) == set()


async def test_what_may_be_neither_read_nor_counted_fails_no_run(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    world.shop.uncounted.add("deals")

    await world.sync()
    first = await world.last_run()
    await full(world)
    second = await world.last_run()

    problems = {"deals": "not granted"}
    assert (first.mode, first.state, first.problems) == ("first", "succeeded", problems)
    assert (second.mode, second.state) == ("full", "succeeded")


async def test_paused_on_its_way_it_goes_on_as_a_full_sync_and_still_takes_out_what_is_absent(world: World) -> None:
    now = datetime.now(UTC)
    where = {"workspace_id": world.workspace_id, "connection_id": world.connection_id, "provider": "shop"}
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("3"),)))
    world.shop.troubles["contacts", "1"].append(ProviderUnavailable("away"))
    await ask_full(world)
    with suppress(RetryLater):
        await world.sync()

    await world.tell(ConnectionPaused(**where, paused_at=now))
    await world.tell(ConnectionResumed(**where, resumed_at=now + timedelta(seconds=1)))
    world.shop.asked.clear()
    await world.sync()

    assert world.shop.asked[0] == ("contacts", "1", None)
    assert (await world.last_run()).mode == "full"
    assert await gone(world) == {("2", "absent")}


async def test_a_full_sync_takes_the_place_of_an_incremental_one_and_of_no_other(world: World) -> None:
    first = await world.last_run()
    assert await ask_full(world) == first.id
    await world.sync()
    async with world.db.transaction(world.workspace_id) as conn:
        incremental = await schedule.request_sync(conn, world.workspace_id, world.connection_id)

    asked = await ask_full(world)

    assert asked != incremental
    assert await ask_full(world) == asked
    called_off = await world.rows("SELECT state, problem FROM sync_run WHERE sync_id = :it", it=incremental)
    assert called_off == [{"state": "cancelled", "problem": schedule.OVERTAKEN}]
    await world.sync()
    assert ((await world.last_run()).mode, (await world.last_run()).state) == ("full", "succeeded")


async def test_the_clock_asks_for_a_full_sync_about_as_often_as_it_is_told(world: World) -> None:
    world.syncer._every = msgspec.structs.replace(EVERY, full_every=timedelta(hours=100))
    await world.sync()
    planned = await world.value("SELECT full_sync_at - now() BETWEEN '74 hours' AND '126 hours' FROM connection")
    assert planned is True
    await world.rows("UPDATE connection SET next_sync_at = now(), full_sync_at = now() - interval '1 s' RETURNING 1")

    await schedule_due(world.db, every=EVERY)
    await world.sync()

    assert (await world.last_run()).mode == "full"
    assert await world.value("SELECT full_sync_at > now() FROM connection") is True
    await world.rows("UPDATE connection SET next_sync_at = now() RETURNING 1")
    await schedule_due(world.db, every=EVERY)
    assert (await world.last_run()).mode == "incremental"


async def test_a_first_sync_of_an_account_keeps_no_book_of_what_it_saw(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))

    await world.sync()

    assert await world.rows("SELECT 1 FROM sighting") == []

"""What providers say has changed: fetched by its id, beside the runs, and kept as they keep it."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from contracts.connections import ConnectionRemoved, RecordHint
from contracts.contacts import ContactFetched, ContactGone
from contracts.interactions import InteractionFetched
from providers.source import GrantRevoked, Page, ProviderRefused, RateLimited, Skipped, SourceGone
from shop_world import World, comment, contact, deal, running_queue, ticket
from sync_worker.run import PATIENCE

JOB = ("hinted-records-fetch", "errands", "todo")

ADA, GRACE = RecordHint(provider_id="1"), RecordHint(provider_id="2")
WANTED = "SELECT kind, provider_id, is_parked FROM wanted_record ORDER BY kind, provider_id"


async def test_what_was_named_is_fetched_and_told_at_once(world: World) -> None:
    await world.sync()
    world.shop.keep(contact("1"), deal("7", "A deal", "1"))

    await world.hint(ADA, RecordHint(kind="deal", provider_id="7"))
    await world.fetch()

    (told,) = await world.published(ContactFetched, "live")
    (told_too,) = await world.published(InteractionFetched, "live")
    assert (told.provider_id, told_too.provider_id) == ("1", "7")
    assert await world.rows(WANTED) == []


async def test_a_record_reads_alike_whichever_way_it_came(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync()
    world.shop.keep(contact("1"))

    await world.hint(ADA)
    await world.fetch()

    assert len(await world.published(ContactFetched)) == 1


async def test_a_storm_is_one_job_and_one_fetch_for_each_hundred(world: World) -> None:
    await world.sync()
    world.shop.keep(*(contact(str(number)) for number in range(150)))

    for _ in range(3):
        await world.hint(*(RecordHint(provider_id=str(number)) for number in range(150)))

    assert (await world.jobs()).count(JOB) == 1
    await world.fetch()
    assert [len(ids) for _, ids in world.shop.fetched] == [100, 50]


async def test_what_is_not_there_any_more_is_gone(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()

    await world.hint(ADA, msgspec.structs.replace(GRACE, merged_into="9"))
    await world.fetch()

    went = {event.provider_id: (event.reason, event.merged_into) for event in await world.published(ContactGone)}
    assert went == {"1": ("deleted", None), "2": ("merged", "9")}


async def test_a_deletion_that_is_told_after_a_restoration_does_no_harm(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync()
    await world.hint(ADA)
    await world.fetch()
    world.shop.keep(contact("1"))

    for _ in range(2):
        await world.hint(ADA)
        await world.fetch()

    (row,) = await world.rows("SELECT gone_at, revision FROM source_contact")
    assert row == {"gone_at": None, "revision": 3}


async def test_of_a_kind_that_cannot_be_fetched_a_run_brings_the_news(world: World) -> None:
    await world.sync()

    await world.hint(RecordHint(kind="meeting", provider_id="5"))
    await world.fetch()

    assert (await world.last_run()).state == "queued"
    assert world.shop.fetched == []
    assert await world.rows(WANTED) == []


async def test_a_first_sync_under_way_holds_up_no_hint(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("9"),)), Page())
    world.shop.held = {("contacts", "1")}
    world.shop.keep(contact("1"))
    async with running_queue(world):
        await world.shop.reached["contacts", "1"].wait()

        await world.hint(ADA)
        await world.reached(2)

        assert (await world.last_run()).state == "running"
        world.shop.release()
        await world.ended("succeeded")


async def test_what_came_during_a_run_is_looked_at_again_after_it(world: World) -> None:
    world.shop.show("contacts", Page(), Page(contacts=(contact("1", "Stale"),)))
    world.shop.held = {("contacts", "1")}
    world.shop.keep(contact("1", "Fresh"))
    reading = asyncio.create_task(world.sync())
    await world.shop.reached["contacts", "1"].wait()

    await world.hint(ADA)
    await world.fetch()
    parked = await world.rows(WANTED)
    world.shop.release()
    await reading
    (stale,) = await world.published(ContactFetched, "backfill")
    await world.fetch()

    assert parked == [{"kind": "", "provider_id": "1", "is_parked": True}]
    assert stale.contact.first_name == "Stale"
    told = await world.published(ContactFetched)
    assert max(told, key=lambda event: event.revision).contact.first_name == "Fresh"
    assert await world.rows(WANTED) == []


async def test_a_ticket_that_moved_is_fetched_with_its_comments_when_the_run_is_over(world: World) -> None:
    world.shop.fetchable = {"ticket": "deals"}  # type: ignore[misc]
    parts = [comment(each, "9") for each in ("1", "2", "3", "4")]
    before = (*(ticket(each, "1", title="Help") for each in ("1", "2", "3", "4", "5")), *parts)
    world.shop.show("deals", Page(interactions=before))
    await world.sync()
    world.shop.show("deals", Page(gone=(SourceGone(provider_id="3", reason="deleted", kind="ticket"),)))
    await world.sync_anew()
    assert await world.rows(WANTED) == []

    renamed, elsewhere = ticket("1", "1", title="Thanks"), ticket("2", "2", title="Help")
    back, solved = ticket("3", "1", title="Help"), ticket("4", "1", title="Help", status="solved")
    without_comments, new = ticket("5", "2", title="Help"), ticket("6", "2", title="Help")
    world.shop.show("deals", Page(interactions=(renamed, elsewhere, back, solved, without_comments, new)))
    await world.sync_anew()
    wanted = await world.rows(WANTED)
    world.shop.keep(renamed, elsewhere, back)
    await world.fetch()

    assert [(each["kind"], each["provider_id"]) for each in wanted] == [("ticket", each) for each in ("1", "2", "3")]
    assert world.shop.fetched == [("ticket", ("1", "2", "3"))]
    assert await world.rows(WANTED) == []


async def test_what_a_fetch_by_id_moves_brought_its_parts_along(world: World) -> None:
    world.shop.fetchable = {"ticket": "deals"}  # type: ignore[misc]
    world.shop.show("deals", Page(interactions=(ticket("1", "1"), comment("1", "9"))))
    await world.sync()
    world.shop.keep(ticket("1", "2"))

    await world.hint(RecordHint(kind="ticket", provider_id="1"))
    await world.fetch()

    assert world.shop.fetched == [("ticket", ("1",))]
    assert await world.rows(WANTED) == []


async def test_a_reading_that_shows_everything_takes_nobody_away_who_came_by_a_hint(world: World) -> None:
    world.shop.list_everything()
    world.shop.show("contacts", Page(contacts=(contact("9"),)), Page())
    world.shop.held = {("contacts", "1")}
    world.shop.keep(contact("1"))
    reading = asyncio.create_task(world.sync())
    await world.shop.reached["contacts", "1"].wait()

    await world.hint(ADA)
    await world.fetch()
    world.shop.release()
    await reading

    assert await world.published(ContactGone) == []


async def test_what_is_told_again_while_it_is_fetched_is_fetched_again(world: World) -> None:
    await world.sync()
    world.shop.keep(contact("1"))

    async def change() -> None:
        world.shop.while_fetching = None
        await world.hint(ADA)

    world.shop.while_fetching = change
    await world.hint(ADA)
    await world.fetch()

    assert world.shop.fetched == [(None, ("1",)), (None, ("1",))]


async def test_who_is_asked_to_wait_comes_back_later_and_loses_nothing(world: World) -> None:
    await world.sync()
    world.shop.keep(contact("1"))
    await world.hint(ADA)
    world.shop.troubles["by id", None] = [RateLimited("slow down", after_seconds=600)]

    await world.work_off("errands")

    (job,) = await world.rows(
        "SELECT scheduled_at - now() AS due_in FROM procrastinate_jobs WHERE queue_name = 'errands'"
    )
    due_in = job["due_in"]
    assert isinstance(due_in, timedelta)
    assert timedelta(seconds=500) < due_in <= timedelta(seconds=600)
    assert len(await world.rows(WANTED)) == 1
    await world.fetch()
    assert await world.rows(WANTED) == []


async def test_a_bug_costs_an_attempt_and_no_hint(world: World) -> None:
    await world.sync()
    world.shop.keep(contact("1"))
    await world.hint(ADA)
    world.shop.troubles["by id", None] = [ZeroDivisionError()]

    await world.work_off("errands")

    assert JOB in await world.jobs()
    await world.fetch()
    assert len(await world.published(ContactFetched)) == 1


async def test_what_fails_always_holds_up_nobody_and_is_left_to_a_run_in_the_end(world: World) -> None:
    await world.sync()
    world.shop.keep(contact("1"), contact("3"))
    world.shop.poison = "2"
    await world.hint(ADA, GRACE, RecordHint(provider_id="3"))

    for _ in range(PATIENCE + 1):
        await world.fetch()

    assert {event.provider_id for event in await world.published(ContactFetched)} == {"1", "3"}
    assert await world.rows(WANTED) == []
    assert (await world.last_run()).state == "queued"


async def test_a_kind_that_the_provider_refuses_is_wanted_no_more(world: World) -> None:
    await world.sync()
    await world.hint(ADA)
    world.shop.troubles["by id", None] = [ProviderRefused("not granted")]

    await world.fetch()

    assert await world.rows(WANTED) == []


async def test_a_refused_grant_is_reported(world: World) -> None:
    await world.sync()
    await world.hint(ADA)
    world.shop.troubles["by id", None] = [GrantRevoked("gone")]

    await world.fetch()

    assert world.neighbours.broken == ["gone"]
    assert await world.rows(WANTED) == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_of_a_removed_connection_nothing_is_fetched(world: World, when: str) -> None:
    await world.sync()
    removed = ConnectionRemoved(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", data="keep"
    )
    if when == "before":
        await world.tell(removed)
    await world.hint(ADA)
    if when == "after":
        await world.tell(removed)

    await world.fetch()

    assert world.shop.fetched == []
    assert await world.rows(WANTED) == []


async def test_what_cannot_be_read_is_kept_with_its_reason(world: World) -> None:
    await world.sync()
    await world.hint(ADA)
    world.shop.unreadable.append(Skipped(provider_id="1", reason="No name", raw=b"{}"))

    await world.fetch()

    (row,) = await world.rows("SELECT provider_id, reason, stream FROM skipped_record")
    assert row == {"provider_id": "1", "reason": "No name", "stream": "contacts"}


@pytest.mark.parametrize(("silent_for", "hours"), [("1 hour", 4), ("25 hours", 1), (None, 1)])
async def test_while_the_provider_tells_of_changes_the_schedule_takes_its_time(
    world: World, silent_for: str | None, hours: int
) -> None:
    if silent_for:
        await world.hint(ADA)
        await world.change("UPDATE connection SET told_at = now() - CAST(:silent AS interval)", silent=silent_for)

    await world.sync()

    due_in = await world.value("SELECT next_sync_at - now() FROM connection")
    assert isinstance(due_in, timedelta)
    assert timedelta(hours=hours) - timedelta(minutes=1) < due_in <= timedelta(hours=hours)

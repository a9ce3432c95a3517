"""Taking connections and workspaces away, and publishing everything again."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from contracts.connections import ConnectionBroken, ConnectionRemoved, DataChoice
from contracts.contacts import ContactFetched, ContactGone
from contracts.interactions import InteractionFetched, InteractionGone
from contracts.workspaces import WorkspaceErased
from providers.source import Page, Skipped, SourceGone
from shop_world import World, contact, deal
from sync_worker import erasure, rebuild

OURS = ("source_contact", "source_interaction", "skipped_record", "stream_state")


async def fill(world: World, contacts: int = 3) -> None:
    unread = Skipped(provider_id=None, reason="Not valid JSON", raw=b"{")
    page = Page(contacts=tuple(contact(str(number)) for number in range(contacts)), skipped=(unread,))
    world.shop.show("contacts", page)
    world.shop.show("deals", Page(interactions=(deal("1", "One", "0"), deal("2", "Two"))))
    await world.sync()


async def count(world: World, *tables: str) -> dict[str, object]:
    return {table: await world.value(f"SELECT count(*) FROM {table}") for table in tables}


def removed(world: World, data: DataChoice, removed_at: datetime | None = None) -> ConnectionRemoved:
    return ConnectionRemoved(
        workspace_id=world.workspace_id,
        connection_id=world.connection_id,
        provider="shop",
        data=data,
        removed_at=removed_at,
    )


async def test_a_connection_removed_with_its_data_leaves_nothing_but_its_runs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(world)
    monkeypatch.setattr(erasure, "SLICE", 2)
    await world.tell(removed(world, "erase"))

    await world.work_off("upkeep")

    assert set((await count(world, *OURS)).values()) == {0}
    assert await count(world, "connection", "sync_run") == {"connection": 1, "sync_run": 1}


async def test_what_was_written_after_the_removal_is_let_go_of_too(world: World) -> None:
    await world.connect()
    await fill(world)
    removed_at = await world.value("SELECT max(first_seen_at) FROM source_contact")
    assert isinstance(removed_at, datetime)
    shown = Page(contacts=tuple(contact(each, "Grace") for each in "019"), interactions=(deal("9", "Nine"),))
    world.shop.show("contacts", shown)
    await world.sync_anew()
    await world.tell(removed(world, "erase", removed_at))

    await world.work_off("upkeep")

    assert [(e.provider_id, e.revision, e.reason) for e in await world.published(ContactGone)] == [("9", 2, "erased")]
    gone = {(e.provider_id, e.revision, e.reason) for e in await world.published(InteractionGone)}
    assert ("9", 2, "erased") in gone


async def test_what_is_read_again_after_an_erasure_is_newer_than_what_was_erased(world: World) -> None:
    await fill(world)
    world.shop.show("contacts", Page(contacts=(contact("0", "Grace"),)))
    await world.sync_anew()
    await world.tell(removed(world, "erase"))
    await world.work_off("upkeep")

    await world.connect()
    await world.sync()

    gone = {event.provider_id: event.revision for event in await world.published(ContactGone)}
    again = (await world.published(ContactFetched, "backfill"))[-1]
    assert (gone, again.provider_id) == ({"0": 3, "1": 2, "2": 2}, "0")
    assert again.revision > gone["0"]
    deals_gone = {event.provider_id: event.revision for event in await world.published(InteractionGone)}
    deals = {event.provider_id: event.revision for event in await world.published(InteractionFetched)}
    assert set(deals) == set(deals_gone) == {"1", "2"}
    assert all(deals[each] > deals_gone[each] for each in deals)


async def test_a_connection_removed_without_its_data_keeps_it(world: World) -> None:
    await fill(world)

    await world.tell(removed(world, "keep"))

    assert (await count(world, "source_contact"))["source_contact"] == 3
    assert [job for job in await world.jobs() if job[0] == "records-erase"] == []


async def test_an_erased_connection_that_comes_back_begins_with_a_first_sync(world: World) -> None:
    await fill(world)
    await world.tell(removed(world, "erase"))

    await world.connect()

    assert (await world.last_run()).mode == "first"


NOW = datetime.now(UTC)
A_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("data", ["keep", "erase"])
async def test_a_removal_that_comes_late_leaves_what_was_connected_again(world: World, data: DataChoice) -> None:
    await world.connect(authorized_at=NOW)
    await fill(world)

    await world.tell(removed(world, data, NOW - A_MINUTE))
    await world.work_off("upkeep")

    assert await world.value("SELECT state FROM connection") == "active"
    assert (await count(world, "source_contact"))["source_contact"] == 3

    await world.tell(removed(world, data, NOW + A_MINUTE))

    assert await world.value("SELECT state FROM connection") == "removed"


async def test_a_break_that_comes_late_leaves_what_was_connected_again(world: World) -> None:
    await world.connect(authorized_at=NOW)
    ended = ConnectionBroken(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop", reason="It ended."
    )

    await world.tell(msgspec.structs.replace(ended, broken_at=NOW - A_MINUTE))

    assert await world.value("SELECT state FROM connection") == "active"
    assert (await world.last_run()).state == "queued"

    await world.tell(msgspec.structs.replace(ended, broken_at=NOW + A_MINUTE))

    assert await world.value("SELECT state FROM connection") == "broken"


async def test_a_permission_that_comes_again_revives_nothing(world: World) -> None:
    await world.connect(authorized_at=NOW)
    await world.tell(removed(world, "keep", NOW + A_MINUTE))

    await world.connect(authorized_at=NOW)
    assert await world.value("SELECT state FROM connection") == "removed"

    await world.connect(authorized_at=NOW + 2 * A_MINUTE)
    assert await world.value("SELECT state FROM connection") == "active"


async def test_an_erased_workspace_leaves_nothing_at_all(world: World) -> None:
    await fill(world)
    await world.tell(WorkspaceErased(workspace_id=world.workspace_id))

    await erasure.erase(world.db, world.workspace_id, None)

    everything = await count(world, *OURS, "connection", "sync_run", "sync_stream", "suppressed")
    assert set(everything.values()) == {0}


async def test_erasing_one_workspace_leaves_the_others(world: World) -> None:
    await fill(world)

    await world.tell(WorkspaceErased(workspace_id=world.connection_id))
    await erasure.erase(world.db, world.connection_id, None)

    assert (await count(world, "source_contact"))["source_contact"] == 3


async def test_everything_is_published_again_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(world, contacts=5)
    gone = (SourceGone(provider_id="1", reason="merged", merged_into="2"),)
    world.shop.show("contacts", Page(contacts=(contact("0", "Grace"),), gone=gone))
    world.shop.show("deals", Page(gone=(SourceGone(provider_id="2", reason="deleted", kind="deal"),)))
    await world.sync_anew()
    kinds = (ContactFetched, ContactGone, InteractionFetched, InteractionGone)
    before = {kind: await world.published(kind) for kind in kinds}
    monkeypatch.setattr(rebuild, "SLICE", 2)
    await world.rows("DELETE FROM procrastinate_jobs RETURNING 1")

    sent = await rebuild.republish(world.db, {"shop": world.shop}, world.workspace_id)

    after = {kind: (await world.published(kind))[len(before[kind]) :] for kind in kinds}
    assert sent == 7
    (gone,) = after[ContactGone]
    shown = [event for event in before[ContactFetched] if event.provider_id == gone.provider_id]
    assert [event for event in after[ContactFetched] if event.provider_id == gone.provider_id] == shown
    latest = {event.provider_id: event for kind in kinds[:2] for event in before[kind]}
    assert {event.provider_id: event for kind in kinds[:2] for event in after[kind]} == latest
    assert [event.provider_id for event in after[InteractionFetched]] == ["1"]
    assert after[InteractionGone] == before[InteractionGone]

"""What a complete reading did not show is gone, and nothing goes before the reading is complete."""

import asyncio
from contextlib import suppress

import pytest
from contracts.contacts import ContactFetched, ContactGone
from contracts.golden_records import ContactErased
from contracts.interactions import InteractionGone
from contracts.syncs import SyncCounts
from providers.source import Page, ProviderRefused, ProviderUnavailable, Skipped
from servicekit.errors import RetryLater
from shop_world import World, comment, contact, deal, ticket
from sync_worker import listings, run


@pytest.fixture
def world(world: World) -> World:
    world.shop.list_everything()
    return world


async def gone(world: World) -> set[tuple[str, str]]:
    return {(event.provider_id, event.reason) for event in await world.published(ContactGone)}


async def test_a_record_that_is_no_longer_shown_is_gone_as_absent(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))), Page(contacts=(contact("3"),)))
    world.shop.show("deals", Page(interactions=(deal("1"), deal("2"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("4"),)))
    world.shop.show("deals", Page(interactions=(deal("2"),)))

    await world.sync_anew()

    assert await gone(world) == {("2", "absent"), ("3", "absent")}
    (deal_went,) = await world.published(InteractionGone)
    assert (deal_went.provider_id, deal_went.kind, deal_went.reason, deal_went.revision) == ("1", "deal", "absent", 2)
    assert (await world.last_run()).counts == {
        "contacts": SyncCounts(fetched=2, added=1, unchanged=1, gone=2),
        "deals": SyncCounts(fetched=1, unchanged=1, gone=1),
    }


async def test_who_was_not_shown_is_asked_for_and_stays_if_there(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"), contact("3"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    world.shop.keep(contact("1"), contact("2", "Augusta"))

    await world.sync_anew()

    assert world.shop.fetched == [(None, ("2", "3"))]
    assert await gone(world) == {("3", "absent")}
    changed = max(await world.published(ContactFetched), key=lambda event: event.revision)
    assert (changed.provider_id, changed.contact.first_name) == ("2", "Augusta")


async def test_where_asking_is_refused_the_reading_counts(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    world.shop.troubles["by id", None] = [ProviderRefused("not granted")]

    await world.sync_anew()

    assert await gone(world) == {("2", "absent")}


async def test_what_takes_calls_of_its_own_is_asked_for_in_small_parts(world: World) -> None:
    world.shop.fetched_at_most = {"deal": 2}  # type: ignore[misc]
    world.shop.show("deals", Page(interactions=tuple(deal(str(number)) for number in range(5))))
    await world.sync()
    world.shop.show("deals", Page())

    await world.sync_anew()

    assert [ids for kind, ids in world.shop.fetched] == [("0", "1"), ("2", "3"), ("4",)]
    assert len(await world.published(InteractionGone)) == 5


async def test_with_a_ticket_that_is_no_longer_shown_its_comments_go(world: World) -> None:
    world.shop.listings = {"deals": "ticket"}  # type: ignore[misc]
    world.shop.show("deals", Page(interactions=(ticket("1"), ticket("2"), comment("1", "8"), comment("2", "9"))))
    await world.sync()
    world.shop.show("deals", Page(interactions=(ticket("2"),)))

    await world.sync_anew()

    went = await world.published(InteractionGone)
    assert {(event.kind, event.provider_id, event.reason) for event in went} == {
        ("ticket", "1", "absent"),
        ("comment", "1/8", "absent"),
    }


async def test_the_same_again_changes_nothing(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()

    await world.sync_anew()
    await world.sync_anew()

    assert await gone(world) == set()
    assert len(await world.published(ContactFetched)) == 2


async def test_who_comes_back_is_back(world: World) -> None:
    for shown in (("1", "2"), ("1",), ("1", "2")):
        world.shop.show("contacts", Page(contacts=tuple(map(contact, shown))))
        await world.sync_anew()

    assert await gone(world) == {("2", "absent")}
    assert await world.value("SELECT count(*) FROM source_contact WHERE gone_at IS NULL") == 2


async def test_nothing_goes_while_a_reading_is_not_complete(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("2"),)))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("3"),)), Page(contacts=(contact("4"),)))
    world.shop.troubles["contacts", "1"].append(ProviderUnavailable("away"))

    with pytest.raises(RetryLater):
        await world.sync_anew()
    assert await gone(world) == set()
    await world.sync()

    assert await gone(world) == {("1", "absent"), ("2", "absent")}


async def test_what_a_failed_run_saw_counts_for_the_run_that_goes_on(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)), Page(contacts=(contact("2"),)))
    await world.sync()
    world.shop.troubles["contacts", "1"] += [ProviderUnavailable("away")] * (run.PATIENCE + 1)
    await _sync_until_it_failed(world)

    await world.sync_anew()

    assert (await world.last_run()).state == "succeeded"
    assert await gone(world) == set()


async def _sync_until_it_failed(world: World) -> None:
    with suppress(RetryLater):
        await world.sync_anew()
    while (await world.last_run()).state != "failed":
        with suppress(RetryLater):
            await world.sync()


async def test_killed_while_the_absent_go_a_run_takes_out_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number:03}" for number in range(25)]
    world.shop.show("contacts", Page(contacts=tuple(map(contact, names))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("012"),)))
    monkeypatch.setattr(listings, "SLICE", 10)
    taken_out, slices = listings.take_out_absent, 0

    async def once(*where: object, **how: object) -> object:
        nonlocal slices
        slices += 1
        if slices == 2:
            raise asyncio.CancelledError
        return await taken_out(*where, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(listings, "take_out_absent", once)
    with suppress(asyncio.CancelledError):
        await world.sync_anew()
    assert len(await gone(world)) == 10

    await world.sync()

    assert await gone(world) == {(name, "absent") for name in names if name != "012"}
    run_now = await world.last_run()
    assert (run_now.state, run_now.counts["contacts"].gone) == ("succeeded", 24)


async def test_what_is_there_but_cannot_be_read_is_not_gone(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()
    world.shop.show("contacts", Page(skipped=(Skipped(provider_id="1", reason="No name", raw=b"{}"),)))

    await world.sync_anew()

    assert await gone(world) == {("2", "absent")}


async def test_a_dealing_that_cannot_be_read_is_there_as_well_and_no_contact_of_that_id(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    world.shop.show("deals", Page(interactions=(deal("1"), deal("2"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("3"),)))
    world.shop.show("deals", Page(skipped=(Skipped(provider_id="1", reason="No name", raw=b"{}", kind="deal"),)))

    await world.sync_anew()

    assert await gone(world) == {("1", "absent")}
    assert {event.provider_id for event in await world.published(InteractionGone)} == {"2"}


async def test_what_could_not_be_read_is_forgotten_when_a_reading_no_longer_says_so(world: World) -> None:
    bad = [Skipped(provider_id=None, reason="Broken", raw=b"x%d" % line, line=line) for line in (3, 5)]
    world.shop.show("contacts", Page(contacts=(contact("1"),), skipped=tuple(bad)))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1"),), skipped=(bad[1],)))

    await world.sync_anew()

    assert await world.rows("SELECT line, reason FROM skipped_record") == [{"line": 5, "reason": "Broken"}]


@pytest.mark.parametrize("is_one_page", [True, False])
async def test_of_two_lines_with_one_id_the_first_counts_and_the_other_is_told(world: World, is_one_page: bool) -> None:
    first, second = contact("1", "Ada", line=2), contact("1", "Grace", line=9)
    pages = [Page(contacts=(first, second))] if is_one_page else [Page(contacts=(first,)), Page(contacts=(second,))]
    world.shop.show("contacts", Page(contacts=(contact("0"),)))
    await world.sync()
    world.shop.show("contacts", *pages)

    await world.sync_anew()
    await world.sync_anew()

    _, event = await world.published(ContactFetched)
    assert event.contact.first_name == "Ada"
    assert await world.rows("SELECT line, provider_id, reason FROM skipped_record") == [
        {"line": 9, "provider_id": "1", "reason": "Line 2 has the same id already"}
    ]
    assert (await world.last_run()).counts["contacts"] == SyncCounts(fetched=2, unchanged=1, skipped=1)


async def test_a_source_that_shows_only_what_changed_loses_nothing(world: World) -> None:
    world.shop.leaves_bookmarks = True
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("2"),)))

    await world.sync_anew()

    assert await gone(world) == set()


async def test_an_erased_persons_id_is_not_kept_among_what_was_seen(world: World) -> None:
    skipped = Skipped(provider_id="1", reason="Broken", raw=b"1;Ada", line=7)
    world.shop.show("contacts", Page(contacts=(contact("1"),), skipped=(skipped,)))
    await world.sync()

    sources = ((world.connection_id, "1"),)
    await world.tell(ContactErased(workspace_id=world.workspace_id, golden_id=world.connection_id, sources=sources))

    assert await world.rows("SELECT 1 FROM sighting") == []
    assert await world.rows("SELECT 1 FROM skipped_record") == []

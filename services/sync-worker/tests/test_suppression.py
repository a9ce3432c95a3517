"""Erased people stay away, and so does what happened with them alone; what concerns others too names them no more."""

from uuid import uuid4

import pytest
from contracts.connections import RecordHint
from contracts.golden_records import ContactErased
from contracts.interactions import Interaction, InteractionFetched, InteractionGone
from providers.source import Page, Skipped, SourceGone
from shop_world import World, contact, deal, ticket
from sync_worker import schedule, suppression
from sync_worker.tables import metadata

ADA = "71"
"""The shop's id of the person who is erased; Bob's is 72."""


async def fill(world: World) -> None:
    world.shop.list_everything()
    world.shop.show("contacts", Page(contacts=(contact(ADA, "Secret"), contact("72", "Bob"))))
    world.shop.show("deals", Page(interactions=DEALS))
    await world.sync()


DEALS = (
    deal("1", "Secret engine", ADA),
    deal("2", "Common cause", ADA, "72"),
    deal("3", "Bob's own", "72"),
    deal("4", "Nobody's"),
)


async def erase(world: World, *provider_ids: str) -> None:
    sources = tuple((world.connection_id, each) for each in provider_ids or (ADA,))
    await world.tell(ContactErased(workspace_id=world.workspace_id, golden_id=uuid4(), sources=sources))


async def sync_all(world: World) -> None:
    """Read everything again."""
    async with world.db.transaction(world.workspace_id) as conn:
        await schedule.request_sync(conn, world.workspace_id, world.connection_id, anew=True)
    await world.sync()


async def kept(world: World) -> dict[object, object]:
    """The interactions that are held, and whom they name."""
    rows = await world.rows("SELECT provider_id, interaction -> 'contact_ids' AS named FROM source_interaction")
    return {row["provider_id"]: row["named"] for row in rows}


async def mentions(world: World, what: str) -> list[str]:
    """The tables that hold this text anywhere."""
    found = [
        table
        for table in metadata.tables
        if await world.value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :what", what=f"%{what}%")
    ]
    return sorted(found)


async def test_what_happened_with_an_erased_person_alone_goes_and_the_rest_stays(world: World) -> None:
    await fill(world)
    assert await mentions(world, "Secret") == ["source_contact", "source_interaction"]

    await erase(world)

    assert await mentions(world, "Secret") == []
    assert await kept(world) == {"2": ["72"], "3": ["72"], "4": None}
    gone = [
        (each.provider_id, each.kind, each.revision, each.reason) for each in await world.published(InteractionGone)
    ]
    assert gone == [("1", "deal", 2, "erased")]
    told = (await world.published(InteractionFetched))[-1]
    assert (told.provider_id, told.revision, told.interaction.contact_ids) == ("2", 2, ("72",))


async def test_after_the_next_full_sync_nothing_is_back(world: World) -> None:
    await fill(world)
    await erase(world)
    told = await world.published(InteractionFetched)
    unread = (
        Skipped(provider_id=ADA, reason="Secret", raw=b"{"),
        Skipped(provider_id="1", reason="Secret", raw=b"{", kind="deal"),
    )
    world.shop.show("contacts", Page(contacts=(contact(ADA, "Secret"), contact("72", "Bob")), skipped=unread[:1]))
    later = (deal("5", "A new Secret", ADA), deal("6", "Secrets of both", "72", ADA))
    world.shop.show("deals", Page(interactions=(*DEALS, *later), skipped=unread[1:]))

    await sync_all(world)

    assert await kept(world) == {"2": ["72"], "3": ["72"], "4": None, "6": ["72"]}
    assert await mentions(world, "new Secret") == await mentions(world, "Secret engine") == []
    assert await world.value("SELECT count(*) FROM source_contact") == 1
    assert await world.value("SELECT count(*) FROM skipped_record") == 0
    news = [each for each in await world.published(InteractionFetched) if each not in told]
    assert [(each.provider_id, each.interaction.contact_ids) for each in news] == [("6", ("72",))]
    assert {each.stream: (each.ours, each.unexplained) for each in (await world.last_run()).coverage} == {
        "contacts": (1, 0),
        "deals": (4, None),
    }


async def test_what_names_nobody_any_more_at_its_provider_stays_away_too(world: World) -> None:
    await fill(world)
    await erase(world)
    world.shop.show("deals", Page(interactions=(deal("1", "Secret engine"), deal("5", "Secret plan", ADA))))
    await sync_all(world)

    world.shop.show("deals", Page(interactions=(deal("1", "Secret engine", "72"), deal("5", "Secret plan"))))
    await sync_all(world)

    assert await mentions(world, "Secret") == []


async def test_what_loses_its_last_living_contact_goes(world: World) -> None:
    await fill(world)
    await erase(world)
    world.shop.show("deals", Page(interactions=(deal("2", "Common cause", ADA),)))

    await world.sync_anew()

    assert "2" not in await kept(world)
    gone = {each.provider_id: (each.revision, each.reason) for each in await world.published(InteractionGone)}
    assert (gone["1"], gone["2"]) == ((2, "erased"), (3, "erased"))


async def test_a_small_fetch_brings_nothing_back_either(world: World) -> None:
    await fill(world)
    await erase(world)
    world.shop.keep(contact(ADA, "Secret"), deal("1", "Secret engine", ADA), deal("2", "Common cause", "72", ADA))

    await world.hint(RecordHint(provider_id=ADA), *(RecordHint(kind="deal", provider_id=each) for each in "12"))
    await world.fetch()

    assert await mentions(world, "Secret") == []
    assert (await kept(world))["2"] == ["72"]


async def test_an_id_is_kept_away_in_its_own_kind_alone(world: World) -> None:
    world.shop.show("deals", Page(interactions=(deal("1", "Secret engine", ADA), ticket("1"), deal(ADA, "A deal"))))
    await world.sync()

    await erase(world)
    await world.sync_anew()

    kinds = await world.rows("SELECT kind, provider_id FROM source_interaction ORDER BY kind")
    assert [tuple(row.values()) for row in kinds] == [("deal", ADA), ("ticket", "1")]
    away = await world.rows("SELECT kind, provider_id FROM suppressed ORDER BY kind")
    assert [tuple(row.values()) for row in away] == [("", ADA), ("deal", "1")]


async def test_what_is_gone_loses_the_mention_and_is_not_told_of(world: World) -> None:
    await fill(world)
    gone = tuple(SourceGone(provider_id=each, reason="deleted", kind="deal") for each in "12")
    world.shop.show("deals", Page(gone=gone))
    await world.sync_anew()
    told = len(await world.published(InteractionFetched))

    await erase(world)

    assert len(await world.published(InteractionFetched)) == told
    assert await kept(world) == {"2": ["72"], "3": ["72"], "4": None}


async def test_many_people_and_many_interactions_are_erased_slice_by_slice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression, "SLICE", 2)
    deals = (
        deal(str(n), f"Deal {n}", *(each for each in (ADA, "72", "73") if n % int(each[-1]) == 0)) for n in range(1, 13)
    )
    world.shop.show("deals", Page(interactions=tuple(deals)))
    await world.sync()

    await erase(world, ADA, "72")

    assert await kept(world) == {"3": ["73"], "6": ["73"], "9": ["73"], "12": ["73"]}


async def test_the_people_of_another_connection_with_the_same_ids_are_left_alone(world: World) -> None:
    await fill(world)
    other = ((uuid4(), ADA),)

    await world.tell(ContactErased(workspace_id=world.workspace_id, golden_id=uuid4(), sources=other))
    await world.tell(ContactErased(workspace_id=uuid4(), golden_id=uuid4(), sources=((world.connection_id, ADA),)))

    assert len(await kept(world)) == 4
    assert await world.value("SELECT count(*) FROM source_contact") == 2


CASES = [
    ((), "1", False, None),
    (("a",), "1", True, None),
    (("a", "b"), "1", True, None),
    (("c", "a", "d"), "1", False, ("c", "d")),
    (("c",), "1", False, None),
    (("c",), "9", True, None),
    ((), "9", True, None),
]


@pytest.mark.parametrize(("named", "provider_id", "is_theirs", "left"), CASES)
def test_an_interaction_is_an_erased_persons_alone_or_is_left_to_the_others(
    named: tuple[str, ...], provider_id: str, is_theirs: bool, left: tuple[str, ...] | None
) -> None:
    suppressed = {("", "a"), ("", "b"), ("deal", "9"), ("", "1")}

    theirs, others = suppression.part({("deal", provider_id): Interaction(kind="deal", contact_ids=named)}, suppressed)

    assert bool(theirs) == is_theirs
    assert [each.contact_ids for each in others.values()] == ([left] if left else [])

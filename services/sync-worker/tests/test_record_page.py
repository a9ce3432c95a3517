"""Recording pages: what is kept, counted and published."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
from contracts.contacts import Contact, ContactFetched, ContactGone
from contracts.golden_records import ContactErased
from contracts.interactions import InteractionFetched, InteractionGone
from contracts.syncs import SyncCounts, SyncProgressed
from providers.source import Page, Skipped, SourceGone
from shop_world import World, comment, contact, deal, ticket
from sqlalchemy import text
from sync_worker import hint_queries, source_queries, suppression
from sync_worker.run import Origin
from sync_worker.source_queries import content_hash

AWKWARD = [
    b'{"id":"1", "b" : 2,\n\t"a": 1,  "a": 2}',
    rb'{"id":"1","name":"nul \u0000 and a lone \ud83d half"}',
    rb'{"id":"1","path":"C:\\new\\tmp \/ \" \\. \\N"}',
    b'{"id":"1","n":1.000000000000000000000000001e+400,"z":-0.0}',
    '{"id":"1","name":"Zoë 👩🏽‍🚀 \u2028 \x7f"}'.encode(),
    b'\r\n {"id":"1"} \n',
    b'{"id":"1","long":"' + b"x" * 1_000_000 + b'"}',
]


async def test_the_raw_record_comes_back_byte_for_byte(world: World) -> None:
    contacts = tuple(contact(str(number), raw=raw) for number, raw in enumerate(AWKWARD))
    world.shop.show("contacts", Page(contacts=contacts))

    await world.sync()

    assert [await world.raw(str(number)) for number in range(len(AWKWARD))] == AWKWARD


async def test_a_first_sync_keeps_counts_and_publishes_every_record_in_the_backfill_lane(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("2"), contact("1"))), Page(contacts=(contact("3"),)))
    world.shop.show("deals", Page(interactions=(deal("9", "Big", "1", "3"),)))

    await world.sync()

    contacts = await world.published(ContactFetched, "backfill")
    assert [(event.provider_id, event.revision, event.contact.first_name) for event in contacts] == [
        ("2", 1, "Ada"),
        ("1", 1, "Ada"),
        ("3", 1, "Ada"),
    ]
    (interaction,) = await world.published(InteractionFetched, "backfill")
    assert interaction.interaction.contact_ids == ("1", "3")
    run = await world.last_run()
    assert (run.mode, run.state, run.problem) == ("first", "succeeded", None)
    assert run.counts == {"contacts": SyncCounts(fetched=3, added=3), "deals": SyncCounts(fetched=1, added=1)}
    assert run.total == {"contacts": 3}


async def test_records_of_a_page_are_first_seen_one_after_the_other_in_its_order(world: World) -> None:
    names = [str(number) for number in (5, 3, 9, 1, 7)]
    world.shop.show("contacts", Page(contacts=tuple(contact(name) for name in names)), Page(contacts=(contact("0"),)))

    await world.sync()

    seen = await world.rows("SELECT provider_id, first_seen_at FROM source_contact ORDER BY first_seen_at")
    assert [row["provider_id"] for row in seen] == [*names, "0"]
    assert len({row["first_seen_at"] for row in seen}) == 6
    told = await world.published(ContactFetched)
    assert [(event.provider_id, event.first_seen_at) for event in told] == [tuple(row.values()) for row in seen]


async def test_of_one_page_known_new_and_erased_contacts_each_come_out_as_they_should(world: World) -> None:
    world.shop.show("contacts", Page(contacts=tuple(contact(name) for name in "1234")))
    await world.sync()
    world.shop.show("contacts", Page(gone=(SourceGone(provider_id="3", reason="archived"),)))
    await world.sync_anew()
    event = ContactErased(workspace_id=world.workspace_id, golden_id=uuid4(), sources=((world.connection_id, "4"),))
    async with world.db.transaction(world.workspace_id) as conn:
        await suppression.erase_contacts(conn, [event])
    seen_at = {row["provider_id"]: row["first_seen_at"] for row in await world.rows("SELECT * FROM source_contact")}
    page = {name: contact(name, "Grace" if name == "2" else "Ada") for name in ("5", "4", "3", "2", "1", "6")}

    async with world.db.transaction(world.workspace_id) as conn:
        origin = Origin(workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop")
        await hint_queries.hold_connection(conn, origin)
        saved = await source_queries.save_contacts(conn, origin, "contacts", page)

    assert [(each.provider_id, each.old_revision, each.revision) for each in saved] == [
        ("3", 2, 3),
        ("2", 1, 2),
        ("5", None, 1),
        ("6", None, 1),
    ]
    rows = {row["provider_id"]: row for row in await world.rows("SELECT * FROM source_contact")}
    assert rows.keys() == {"1", "2", "3", "5", "6"}
    assert {each.provider_id: each.first_seen_at for each in saved} == {
        name: rows[name]["first_seen_at"] for name in ("3", "2", "5", "6")
    }
    assert all(rows[name]["first_seen_at"] == seen_at[name] for name in "123")


async def test_of_two_who_save_a_new_contact_at_once_one_waits(world: World) -> None:
    origin = Origin(workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop")

    async def save() -> int:
        async with world.db.transaction(world.workspace_id) as conn:
            await hint_queries.hold_connection(conn, origin)
            saved = await source_queries.save_contacts(conn, origin, "contacts", {"1": contact("1")})
            await asyncio.sleep(0.1)
            return len(saved)

    assert sorted(await asyncio.gather(save(), save())) == [0, 1]


async def test_newcomers_are_looked_up_without_reading_who_is_there(world: World) -> None:
    origin = Origin(workspace_id=world.workspace_id, connection_id=world.connection_id, provider="shop")
    known = {str(number): contact(str(number)) for number in range(1_000)}
    strangers = {str(number): contact(str(number)) for number in range(1_000, 1_500)}
    async with world.db.transaction(world.workspace_id) as conn:
        assert len(await source_queries.save_contacts(conn, origin, "contacts", known)) == 1_000

    async with world.db.transaction(world.workspace_id) as conn:
        assert len(await source_queries.save_contacts(conn, origin, "contacts", strangers)) == 500
        read = await conn.execute(
            text(
                "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables"
                " WHERE relname = 'source_contact' AND schemaname = 'sync_worker'"
            )
        )

    assert read.scalar_one() == 0


async def test_an_event_carries_all_that_was_understood(world: World) -> None:
    shown = contact("1", "Zoë")
    world.shop.show("contacts", Page(contacts=(shown,)))

    await world.sync()

    (event,) = await world.published(ContactFetched)
    assert event.contact == shown.contact


def test_what_was_hashed_before_is_not_announced_anew() -> None:
    known = Contact(
        first_name="Ada", emails=("ada@example.com",), created_at=datetime(2026, 2, 25, 16, 23, 49, 23_000, UTC)
    )

    assert content_hash(msgspec.json.encode(known)).hex() == "1211f6bbb0962d4763a53112a80400cb"


async def test_an_incremental_sync_publishes_only_what_changed_and_in_the_live_lane(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"), contact("3"))))
    await world.sync()
    same, other_raw, other_name = contact("1"), contact("2", raw=b'{"id":"2","seen":7}'), contact("3", "Grace")
    world.shop.show("contacts", Page(contacts=(same, other_raw, other_name, contact("4"))))

    await world.sync_anew()

    changed = await world.published(ContactFetched, "live")
    assert [(event.provider_id, event.revision) for event in changed] == [("3", 2), ("4", 1)]
    assert len(await world.published(ContactFetched, "backfill")) == 3
    assert (await world.last_run()).counts["contacts"] == SyncCounts(fetched=4, added=1, updated=1, unchanged=2)
    assert await world.raw("2") == b'{"id":"2","seen":7}'
    assert ("contacts", None, "contacts read") in world.shop.asked


async def test_an_unchanged_record_is_not_written(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync()
    before = await world.rows("SELECT ctid::text, fetched_at FROM source_contact")

    await world.sync_anew()

    assert await world.rows("SELECT ctid::text, fetched_at FROM source_contact") == before


async def test_first_seen_at_stays_when_a_record_changes_goes_and_comes_back(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync()
    world.shop.show("contacts", Page(gone=(SourceGone(provider_id="1", reason="archived"),)))
    await world.sync_anew()
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    await world.sync_anew()

    told = [*await world.published(ContactFetched), *await world.published(ContactGone)]

    assert sorted((event.revision, type(event)) for event in told) == [
        (1, ContactFetched),
        (2, ContactGone),
        (3, ContactFetched),
    ]
    assert len({event.first_seen_at for event in told}) == 1
    (row,) = await world.rows("SELECT revision, gone_at, gone_reason FROM source_contact")
    assert row == {"revision": 3, "gone_at": None, "gone_reason": None}


async def test_a_record_goes_once_and_an_unknown_one_not_at_all(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"),)))
    world.shop.show("deals", Page(interactions=(deal("1"),)))
    await world.sync()
    gone = (SourceGone(provider_id="1", reason="deleted"), SourceGone(provider_id="404", reason="deleted"))
    world.shop.show("contacts", Page(gone=gone))
    world.shop.show("deals", Page(gone=(SourceGone(provider_id="1", reason="merged", kind="deal"),)))

    await world.sync_anew()
    await world.sync_anew()

    (went,) = await world.published(ContactGone)
    assert (went.provider_id, went.reason, went.merged_into) == ("1", "deleted", None)
    (deal_went,) = await world.published(InteractionGone)
    assert (deal_went.provider_id, deal_went.kind, deal_went.revision) == ("1", "deal", 2)


async def test_absorbed_records_go_into_the_one_that_absorbed_them(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"), contact("3"))))
    await world.sync()
    world.shop.show("contacts", Page(contacts=(contact("1", "Grace", absorbed=("2", "3", "unknown")),)))

    await world.sync_anew()

    went = await world.published(ContactGone)
    assert {(event.provider_id, event.reason, event.merged_into, event.revision) for event in went} == {
        ("2", "merged", "1", 2),
        ("3", "merged", "1", 2),
    }
    assert (await world.last_run()).counts["contacts"] == SyncCounts(fetched=1, updated=1, gone=2)


async def test_who_was_merged_is_told_by_what_was_kept_of_them_where_the_provider_does_not_say(world: World) -> None:
    world.shop.names_survivors = False  # type: ignore[misc]
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2", "Grace"), contact("3", "Joan"))))
    await world.sync()
    gone = tuple(SourceGone(provider_id=name, reason="deleted") for name in ("2", "3", "never seen"))
    world.shop.show("contacts", Page(contacts=(contact("1", "Grace"),), gone=gone))

    await world.sync_anew()

    went = await world.published(ContactGone)
    assert {(event.provider_id, event.reason, event.merged_into) for event in went} == {
        ("2", "merged", "1"),
        ("3", "deleted", None),
    }


async def test_comments_go_with_their_ticket_and_come_back_when_they_are_shown_again(world: World) -> None:
    comments = (comment("35", "1"), comment("35", "2"), comment("351", "3"), comment("3", "4"))
    world.shop.show("deals", Page(interactions=(ticket("35"), ticket("351"), ticket("3"), deal("35"), *comments)))
    await world.sync()
    world.shop.show("deals", Page(gone=(SourceGone(provider_id="35", reason="deleted", kind="ticket"),)))
    await world.sync_anew()

    went = await world.published(InteractionGone)
    assert {(event.kind, event.provider_id, event.reason, event.revision) for event in went} == {
        ("ticket", "35", "deleted", 2),
        ("comment", "35/1", "deleted", 2),
        ("comment", "35/2", "deleted", 2),
    }
    assert (await world.last_run()).counts["deals"] == SyncCounts(fetched=1, gone=3)

    world.shop.show("deals", Page(interactions=(ticket("35"), *comments[:2])))
    await world.sync_anew()

    back = [event for event in await world.published(InteractionFetched) if event.revision == 3]
    assert {event.provider_id for event in back} == {"35", "35/1", "35/2"}


async def test_what_could_not_be_read_is_kept_with_its_reason_until_it_can(world: World) -> None:
    nameless, bad = Skipped(provider_id=None, reason="Not valid JSON", raw=b"{\xff\x00"), b'{"id": "7", "x": 1}'
    page = Page(contacts=(contact("1"),), skipped=(nameless, Skipped(provider_id="7", reason="No name", raw=bad)))
    world.shop.show("contacts", page)
    await world.sync()
    await world.sync_anew()
    kept = "SELECT provider_id, reason, raw FROM skipped_record ORDER BY provider_id"
    assert await world.rows(kept) == [
        {"provider_id": "7", "reason": "No name", "raw": bad},
        {"provider_id": None, "reason": "Not valid JSON", "raw": b"{\xff\x00"},
    ]
    assert (await world.last_run()).counts["contacts"].skipped == 2

    world.shop.show("contacts", Page(contacts=(contact("7"),)))
    await world.sync_anew()

    assert [row["provider_id"] for row in await world.rows(kept)] == [None]


async def test_two_records_of_a_page_with_one_id_are_one(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("1", "Grace"))))

    await world.sync()

    (event,) = await world.published(ContactFetched)
    assert event.contact.first_name == "Grace"


async def test_an_erased_person_goes_and_does_not_come_back(world: World) -> None:
    world.shop.show("contacts", Page(contacts=(contact("1"), contact("2"))))
    await world.sync()

    sources = ((world.connection_id, "1"), (world.connection_id, "never seen"))
    await world.tell(ContactErased(workspace_id=world.workspace_id, golden_id=world.connection_id, sources=sources))
    world.shop.show("contacts", Page(contacts=(contact("1", "Back"), contact("2"), contact("never seen"))))
    await world.sync_anew()

    assert [row["provider_id"] for row in await world.rows("SELECT provider_id FROM source_contact")] == ["2"]
    (went,) = await world.published(ContactGone)
    assert (went.provider_id, went.reason, went.revision, went.provider) == ("1", "erased", 2, "shop")
    assert len(await world.published(ContactFetched)) == 2


async def test_progress_is_published_when_a_run_begins_reads_and_ends(world: World) -> None:
    world.shop.show("contacts", *(Page(contacts=(contact(str(number)),)) for number in range(20)))

    await world.sync()

    told = await world.published(SyncProgressed, "live")
    assert [(event.state, event.stream) for event in told if event.stream != "deals"][:3] == [
        ("running", None),
        ("running", "contacts"),
        ("running", "contacts"),
    ]
    assert (told[-1].state, told[-1].counts.added, told[-1].stream) == ("succeeded", 20, None)
    assert len(told) < 10

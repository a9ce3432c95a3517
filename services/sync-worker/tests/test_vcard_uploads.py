"""Address books that people hand over, from the form to the source rows, over HTTP: no word of them in the service."""

from collections.abc import AsyncIterator

import pytest
from contracts.contacts import ContactFetched, ContactGone
from contracts.syncs import SyncCounts
from file_desk import FileDesk, file_desk
from providers.registry import SOURCES
from shop_world import World
from sync_worker import files
from sync_worker.rebuild import republish

VCARD = {"path": "/connections/vcard", "filename": "people.vcf"}


def card(name: str, *, uid: str | None = None) -> str:
    said = f"UID:{uid}\n" if uid else ""
    return f"BEGIN:VCARD\nVERSION:3.0\n{said}FN:{name}\nEMAIL:{name.split(maxsplit=1)[0]}@example.com\nEND:VCARD\n"


BOOK = card("Ada Lovelace", uid="1") + card("Bea Baker", uid="2") + card("Cleo Patra") + "BEGIN:VCARD\nFN:Half"


@pytest.fixture
async def desk(world: World) -> AsyncIterator[FileDesk]:
    async with file_desk(world) as desk:
        yield desk


async def test_cards_become_source_rows_and_the_same_file_again_changes_nothing(desk: FileDesk) -> None:
    first = await desk.hand_over(BOOK, **VCARD)
    again = await desk.hand_over(BOOK, **VCARD)

    assert first.counts == {"contacts": SyncCounts(fetched=4, added=3, skipped=1)}
    assert again.counts == {"contacts": SyncCounts(fetched=4, unchanged=3, skipped=1)}
    events = await desk.world.published(ContactFetched, "backfill")
    assert [(event.provider, event.contact.first_name) for event in events] == [
        ("vcard_file", "Ada"),
        ("vcard_file", "Bea"),
        ("vcard_file", "Cleo"),
    ]
    assert {"card": card("Ada Lovelace", uid="1")} in await desk.living()
    (skipped,) = (await desk.get("/connections/{id}/skipped"))["items"]
    assert (skipped["line"], skipped["reason"]) == (18, "The card is not closed")


async def test_a_newer_version_updates_by_uid_and_replaces_what_has_none(desk: FileDesk) -> None:
    await desk.hand_over(card("Ada Lovelace", uid="1") + card("Cleo Patra") + card("Zoe Zed", uid="9"), **VCARD)

    run = await desk.hand_over(card("Ada King", uid="1") + card("Cleo Caesar") + card("Eve Twice", uid="1"), **VCARD)

    assert run.counts == {"contacts": SyncCounts(fetched=3, added=1, updated=1, gone=2, skipped=1)}
    assert len(await desk.world.published(ContactGone)) == 2
    (skipped,) = (await desk.get("/connections/{id}/skipped"))["items"]
    assert (skipped["line"], skipped["reason"]) == (12, "Line 1 has the same id already")


async def test_a_card_that_became_unreadable_is_not_gone(desk: FileDesk) -> None:
    await desk.hand_over(BOOK, **VCARD)

    run = await desk.hand_over(BOOK.replace("FN:Bea", "FN;CHARSET=klingon:Bea"), **VCARD)

    assert (run.counts["contacts"].gone, run.counts["contacts"].skipped) == (0, 2)
    assert len(await desk.living()) == 3


async def test_kept_cards_can_be_published_again_when_the_file_is_gone(desk: FileDesk) -> None:
    await desk.hand_over(BOOK, **VCARD)
    await files.delete_spent(desk.world.db)
    before = await desk.world.published(ContactFetched)

    await republish(desk.world.db, {"shop": desk.world.shop, **SOURCES}, desk.world.workspace_id)

    again = (await desk.world.published(ContactFetched))[len(before) :]
    assert {event.provider_id: event.contact for event in again} == {
        event.provider_id: event.contact for event in before
    }


async def test_what_is_no_address_book_is_refused_and_a_preview_keeps_nothing(desk: FileDesk) -> None:
    status, said = await desk.post("Vorname,E-Mail\nAda,a@example.com\n", **VCARD)
    assert (status, said["type"]) == (400, "file-unclear")
    status, said = await desk.post(BOOK, key="Nr", **VCARD)
    assert (status, said["errors"][0]["field"]) == (400, "key")

    status, shown = await desk.post(BOOK, path="/connections/vcard/preview", filename="people.vcf")

    assert (status, len(shown["contacts"])) == (200, 3)
    assert shown["problems"] == [{"line": 18, "reason": "The card is not closed"}]
    await files.delete_spent(desk.world.db)
    assert await desk.world.rows("SELECT 1 FROM stored_file") == []

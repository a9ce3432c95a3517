"""What must be forgotten is, and does not come back."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.connections import ConnectionRemoved
from contracts.workspaces import WorkspaceErased
from identity.erasure import erasing
from identity.path import operations
from identity.resolution.records import ContactEvent, told_by
from identity.tables import metadata
from sqlalchemy import func, select, text

BEFORE = datetime(2026, 1, 1, 1, tzinfo=UTC)
"""After everything that these tests' first connections showed."""


def removed(workspace: Any, data: str = "erase", connection_id: UUID | None = None) -> ConnectionRemoved:
    return ConnectionRemoved(
        workspace_id=workspace.id,
        connection_id=connection_id or workspace.hubspot,
        provider="hubspot",
        data=data,
        removed_at=BEFORE,
    )


async def test_what_a_removed_connection_showed_is_kept_when_the_person_chose_so(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))

    await workspace.hears(removed(workspace, data="keep"))

    assert len(await workspace.contacts()) == 1


async def test_an_erased_record_leaves_its_golden_record_to_the_others_and_its_id_leads_there(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, "ada@example.com", first_name="Augusta"),
        workspace.fetched(2, "ada@example.com", "al@example.com", connection_id=workspace.zendesk),
    )
    (whole,) = await workspace.contacts()

    await workspace.hears(removed(workspace))

    (left,) = await workspace.contacts()
    by_old_id = await workspace.get(f"/contacts/{whole['id']}")
    assert left["first_name"] is None
    assert left["id"] != whole["id"]
    assert by_old_id["id"] == left["id"]
    assert by_old_id["previous_ids"] == [whole["id"]]


async def test_nothing_of_an_erased_connection_is_left_in_any_table(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, "secret@example.com", "ada@example.com", first_name="Secret"),
        workspace.fetched(2, "secret@example.com", connection_id=workspace.hubspot),
        workspace.fetched(3, "ada@example.com", connection_id=workspace.zendesk),
        workspace.deal(7, 1, title="Secret"),
    )
    await workspace.hears(workspace.fetched(2, "secret@example.com", "bob@example.com", revision=2))
    assert {"history", "source_identity", "match_key", "golden_record", "interaction"} <= set(
        await workspace.mentions("ecret")
    )

    await workspace.hears(removed(workspace))

    assert await workspace.mentions("ecret") == []
    assert len(await workspace.contacts()) == 1


async def test_what_comes_late_from_an_erased_connection_is_ignored(workspace: Any) -> None:
    await workspace.hears(removed(workspace))

    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.deal(7, 1), lane="backfill")

    assert await workspace.contacts() == []
    assert await workspace.mentions("deal") == []


async def test_a_batch_that_waited_for_an_erasure_brings_nothing_of_it_back(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))

    async with workspace.db.transaction(workspace.id) as conn:
        await erasing.erase_connection(
            conn, workspace_id=workspace.id, connection_id=workspace.hubspot, removed_at=BEFORE
        )
        late = asyncio.create_task(told(workspace, [workspace.fetched(1, "ada@example.com", revision=2)]))
        while not await someone_waits(workspace):
            assert not late.done()
    await late
    await workspace.hears()

    assert await workspace.contacts() == []
    assert await workspace.mentions("ada@example") == []


async def told(workspace: Any, events: Sequence[ContactEvent]) -> None:
    async with workspace.db.transaction(workspace.id) as conn:
        await operations.resolve_contacts(conn, list(map(told_by, events)))


async def someone_waits(workspace: Any) -> bool:
    """Whether a transaction of this database waits for the lock of another."""
    async with workspace.db.engine.connect() as conn:
        waiting = text("""
        SELECT EXISTS (
            SELECT FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
        )""")
        return bool((await conn.execute(waiting)).scalar_one())


async def test_a_connection_that_is_connected_again_shows_its_contacts_anew(workspace: Any) -> None:
    seconds = int(timedelta(days=1).total_seconds())
    await workspace.hears(workspace.fetched(1, "ada@example.com"))

    await workspace.hears(workspace.fetched(seconds, "bob@example.com"), removed(workspace))
    await workspace.hears(workspace.deal(7, seconds, title="Engine"))

    (contact,) = await workspace.contacts()
    assert contact["email"] == "bob@example.com"
    assert len((await workspace.get(f"/contacts/{contact['id']}/timeline"))["items"]) == 1


async def test_a_contact_shown_anew_takes_the_place_of_the_erased_one_whichever_is_heard_first(workspace: Any) -> None:
    old = [
        workspace.fetched(1, "secret@example.com", revision=3, first_name="Secret"),
        workspace.fetched(2, "secret@example.com", connection_id=workspace.zendesk),
        workspace.fetched(2, "ada@example.com", revision=2, connection_id=workspace.zendesk),
    ]
    await workspace.hears(*old)

    await workspace.hears(workspace.fetched_anew(1, "ada@example.com", first_name="Ada"))
    await workspace.hears(removed(workspace), old[0])

    (contact,) = await workspace.contacts()
    assert contact["first_name"] == "Ada"
    assert len(contact["sources"]) == 2
    assert await workspace.mentions("ecret") == []


async def test_a_history_read_while_its_record_is_erased_leaves_it_out(workspace: Any) -> None:
    await workspace.hears(
        workspace.fetched(1, "ada@example.com"),
        workspace.fetched(2, "ada@example.com", connection_id=workspace.zendesk),
    )
    (contact,) = await workspace.contacts()
    (left,) = (await workspace.get(f"/contacts/{contact['id']}"))["previous_ids"]

    # What a reader finds who read the entry before the erasure, and the names after it.
    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(text("DELETE FROM source_identity WHERE provider_id = '1'"))

    (joined,) = (await workspace.get(f"/contacts/{left}/history"))["items"]
    assert [source["provider_id"] for side in joined["sides"] for source in side["sources"]] == ["2"]
    assert joined["edges"] == []


async def test_a_record_erased_at_its_source_leaves_no_values_and_no_late_ones(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "secret@example.com", first_name="Secret"))

    await workspace.hears(workspace.gone(1, revision=3, reason="erased"))
    await workspace.hears(workspace.fetched(1, "secret@example.com", revision=2), lane="backfill")

    assert await workspace.mentions("ecret") == []
    assert await workspace.contacts() == []


async def test_an_erased_workspace_is_empty_and_stays_so(workspace: Any, other: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.fetched(2, "ada@example.com"))
    await workspace.hears(workspace.deal(7, 1))
    await other.hears(other.fetched(1, "ada@example.com"))

    await workspace.hears(WorkspaceErased(workspace_id=workspace.id))
    await workspace.hears(workspace.fetched(3, "ada@example.com"), workspace.deal(8, 1))

    async with workspace.db.transaction(workspace.id, other.id) as conn:
        for table in metadata.sorted_tables:
            rows = select(func.count()).where(table.c.workspace_id == workspace.id)
            assert (await conn.execute(rows)).scalar_one() == (table.name == "workspace")
        assert (await conn.execute(text("SELECT count(*) FROM golden_record"))).scalar_one() == 1

"""What happened in a workspace is listed by time, kind and person, and costs what is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from contracts.connections import ConnectionRemoved
from identity.store import activity_queries
from identity.store.activity_queries import Moment, Wanted
from sqlalchemy import text

PERSON, OTHER = uuid4(), uuid4()
START = datetime(2026, 1, 1, tzinfo=UTC)


async def activity(workspace: Any, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await workspace.get("/history", **query))["items"]
    return items


async def ids_of(workspace: Any) -> dict[str, str]:
    return {each["email"]: each["id"] for each in await workspace.contacts()}


async def test_what_rules_and_people_did_is_listed_the_latest_first_with_whom_it_concerns(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.fetched(2, "grace@example.com"))
    await workspace.hears(workspace.fetched(3, "ada@example.com", first_name="Ada"))
    ids = await ids_of(workspace)
    merged = await workspace.send("POST", "/contacts/merge", {"ids": sorted(ids.values())})
    undone = await workspace.send("POST", f"/history/{merged['entries'][0]['number']}/undo", {})

    listed = await activity(workspace)

    assert [each["kind"] for each in listed] == ["parted", "joined", "joined"]
    assert [each["by"] is None for each in listed] == [False, False, True]
    assert listed[0]["undoes"] == [merged["entries"][0]["number"]]
    assert listed[1]["undone_by"] == undone["entries"][0]["number"]
    assert {each["contact"]["email"] for each in listed} == {"ada@example.com"}


async def test_the_history_is_narrowed_to_a_kind_to_people_to_one_and_to_a_time(workspace: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.fetched(2, "grace@example.com"))
    await workspace.hears(workspace.fetched(3, "ada@example.com"))
    ada = (await ids_of(workspace))["ada@example.com"]
    await workspace.send("PUT", f"/contacts/{ada}/pins/company", {"value": "Analytical"})
    pinned, joined = await activity(workspace)

    assert await activity(workspace, kind="pinned") == await activity(workspace, actor="people") == [pinned]
    assert await activity(workspace, kind="joined") == await activity(workspace, actor="rules") == [joined]
    assert await activity(workspace, by=pinned["by"]) == [pinned]
    assert await activity(workspace, by=str(uuid4())) == []
    assert await activity(workspace, since=pinned["happened_at"]) == [pinned]
    assert await activity(workspace, until=pinned["happened_at"]) == [joined]
    assert await activity(workspace, kind="parted") == []
    assert await activity(workspace, numbers=[joined["number"], 99]) == [joined]
    await workspace.get("/history", numbers="none", status=400)
    await workspace.get("/history", kind="married", status=400)
    await workspace.get("/history", by="me", status=400)


async def test_pages_of_the_history_lose_and_repeat_nothing(workspace: Any) -> None:
    for number in range(5):
        await workspace.hears(*(workspace.fetched(2 * number + each, f"{number}@example.com") for each in (1, 2)))
    whole = await activity(workspace)

    read, query = [], {"limit": 2}
    while True:
        page = await workspace.get("/history", **query)
        read += page["items"]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]

    assert len(whole) == 5
    assert read == whole
    await workspace.get("/history", cursor="LTE", status=400)
    stranger = uuid4()
    await workspace.get("/history", cursor=query["cursor"], workspace_id=stranger, status=400)
    assert (await workspace.get("/history", workspace_id=stranger))["items"] == []


_MANY = text("""
INSERT INTO history (workspace_id, number, kind, golden_id, sides, edges, cause, caused_by, happened_at)
SELECT :workspace_id, n, CASE WHEN n <= 5 THEN 'pinned' WHEN n <= 10 THEN 'parted' ELSE 'joined' END, uuidv7(),
       '[]', '[]', CASE WHEN n <= 5 OR n = 11 THEN '{}' END, CASE WHEN n <= 5 THEN CAST(:person AS uuid) END,
       CAST(:start AS timestamptz) + n * interval '1 second'
FROM generate_series(1, 20000) AS n
""")

_READ = text("""
SELECT coalesce(sum(idx_tup_fetch), 0) + sum(seq_tup_read)
FROM pg_stat_xact_user_tables WHERE relname = 'history' AND schemaname = 'identity'
""")


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({}, 50),
        ({"kind": "joined"}, 50),
        ({"kind": "pinned"}, 5),
        ({"kind": "parted"}, 5),
        ({"kind": "decided"}, 0),
        ({"actor": "people"}, 6),
        ({"actor": "people", "kind": "joined"}, 1),
        ({"actor": "rules"}, 50),
        ({"by": PERSON}, 5),
        ({"by": PERSON, "kind": "pinned"}, 5),
        ({"by": OTHER}, 0),
        ({"until": START + timedelta(seconds=6)}, 5),
        ({"since": START + timedelta(seconds=19_998)}, 3),
    ],
)
async def test_a_page_of_a_long_history_reads_what_it_shows(
    workspace: Any, narrowed: dict[str, Any], found: int
) -> None:
    async with workspace.db.transaction(workspace.id) as conn:
        await conn.execute(_MANY, {"workspace_id": workspace.id, "person": PERSON, "start": START})
    async with workspace.db.transaction(workspace.id) as conn:
        wanted = Wanted(workspace_id=workspace.id, **narrowed)

        listed = await activity_queries.list_activity(conn, wanted, before=None, at_most=50)
        if listed:
            last = Moment(listed[-1].happened_at, listed[-1].number)
            await activity_queries.list_activity(conn, wanted, before=last, at_most=50)

        assert len(listed) == found
        assert (await conn.execute(_READ)).scalar_one() <= 120


async def test_an_entry_of_an_erased_id_comes_with_whom_the_id_leads_to(workspace: Any) -> None:
    zendesk = uuid4()
    await workspace.hears(
        workspace.fetched(1, "ada@example.com"),
        *(workspace.fetched(number, "ada@example.com", connection_id=zendesk) for number in (2, 3)),
    )
    removed = ConnectionRemoved(
        workspace_id=workspace.id,
        connection_id=workspace.hubspot,
        provider="hubspot",
        data="erase",
        removed_at=START + timedelta(days=300),
    )
    await workspace.hears(removed)

    (contact,) = await workspace.contacts()
    (joined,) = await activity(workspace)
    assert joined["id"] != contact["id"] == joined["contact"]["id"]

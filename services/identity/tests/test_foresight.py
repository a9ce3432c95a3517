"""What was loaded ahead for a batch counts where nobody touched it meanwhile; the rest is loaded again."""

import contextlib
from typing import Any
from uuid import UUID

import pytest
from contracts.contacts import ContactFetched, ContactGone
from identity.path import foresight, operations
from identity.path.foresight import Foresight, foresee
from identity.resolution.records import told_by
from identity.store import queries
from sqlalchemy import text


async def look(workspace: Any, *events: ContactFetched | ContactGone) -> Foresight:
    async with workspace.db.transaction(workspace.id) as conn:
        return await foresee(conn, list(map(told_by, events)))


async def hear(workspace: Any, *events: ContactFetched | ContactGone, foreseen: Foresight | None = None) -> None:
    async with workspace.db.transaction(workspace.id) as conn:
        await operations.resolve_contacts(conn, list(map(told_by, events)), foreseen)


async def groups(workspace: Any) -> set[frozenset[str]]:
    async with workspace.db.transaction(workspace.id) as conn:
        rows = await conn.execute(
            text(
                "SELECT array_agg(provider_id) FROM source_identity LEFT JOIN identity_map m USING (workspace_id, "
                "source_id) GROUP BY coalesce(m.golden_id, source_id)"
            )
        )
        return {frozenset(row[0]) for row in rows}


async def test_a_record_joins_one_that_came_while_it_was_loaded_for(workspace: Any) -> None:
    await hear(workspace, workspace.fetched(1, "a@x.org"))
    second, third = workspace.fetched(2, "b@x.org"), workspace.fetched(3, "b@x.org")

    foreseen = await look(workspace, third)
    await hear(workspace, second)
    await hear(workspace, third, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("1"), frozenset("23")}


async def test_a_record_does_not_join_one_whose_email_went_meanwhile(workspace: Any) -> None:
    await hear(workspace, workspace.fetched(1, "a@x.org"))
    second = workspace.fetched(2, "a@x.org")

    foreseen = await look(workspace, second)
    await hear(workspace, workspace.fetched(1, "b@x.org", revision=2))
    await hear(workspace, second, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("1"), frozenset("2")}


async def test_a_record_joins_who_carries_an_email_that_was_freed_meanwhile(workspace: Any) -> None:
    ada = {"first_name": "Ada", "last_name": "Ames"}
    ben = {"first_name": "Ben", "last_name": "Ames"}
    await hear(workspace, workspace.fetched(1, "home@x.org", **ada), workspace.fetched(2, "home@x.org", **ben))
    again = workspace.fetched(3, "home@x.org", **ada)

    foreseen = await look(workspace, again)
    await hear(workspace, workspace.fetched(2, "ben@x.org", revision=2, **ben))
    await hear(workspace, again, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("13"), frozenset("2")}


async def test_a_neighbour_whose_shared_email_was_freed_meanwhile_keeps_whom_it_joined(workspace: Any) -> None:
    ada = {"first_name": "Ada", "last_name": "Ames"}
    ben = {"first_name": "Ben", "last_name": "Ames"}
    told = [workspace.fetched(1, "home@x.org", **ada), workspace.fetched(2, "home@x.org", **ben)]
    await hear(workspace, *told, workspace.fetched(3, "home@x.org", "ada@x.org"), workspace.fetched(4, "ada@x.org"))
    again = workspace.fetched(4, "ada@x.org", revision=2, city="Leeds")

    foreseen = await look(workspace, again)
    await hear(workspace, workspace.fetched(2, "ben@x.org", revision=2, **ben))
    await hear(workspace, again, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("134"), frozenset("2")}
    assert len(await workspace.contacts()) == 2


async def test_a_neighbour_that_joined_others_meanwhile_brings_them_along(workspace: Any) -> None:
    await hear(workspace, workspace.fetched(1, "a@x.org"), workspace.fetched(2, "b@x.org"))
    bridge, last = workspace.fetched(3, "a@x.org", "b@x.org"), workspace.fetched(4, "a@x.org")

    foreseen = await look(workspace, last)
    await hear(workspace, bridge)
    await hear(workspace, last, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("1234")}


async def test_a_record_that_was_told_meanwhile_keeps_its_later_revision(workspace: Any) -> None:
    older = workspace.fetched(1, "a@x.org", revision=1)

    foreseen = await look(workspace, older)
    await hear(workspace, workspace.fetched(1, "b@x.org", revision=2))
    await hear(workspace, workspace.fetched(2, "a@x.org"), older, foreseen=None)
    await hear(workspace, older, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("1"), frozenset("2")}


async def test_a_change_of_nobody_knows_whom_makes_everything_be_loaded_again(workspace: Any) -> None:
    third = workspace.fetched(3, "a@x.org")
    await hear(workspace, workspace.fetched(1, "z@x.org"))

    foreseen = await look(workspace, third)
    await workspace.hears(workspace.fetched(2, "a@x.org"))
    forget_all()
    await hear(workspace, third, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("1"), frozenset("23")}


async def test_what_was_rolled_back_between_changes_nothing(workspace: Any) -> None:
    await hear(workspace, workspace.fetched(1, "a@x.org"))
    third = workspace.fetched(3, "a@x.org")

    foreseen = await look(workspace, third)
    with contextlib.suppress(ZeroDivisionError):
        async with workspace.db.transaction(workspace.id) as conn:
            await operations.resolve_contacts(conn, [told_by(workspace.fetched(1, "b@x.org", revision=2))])
            raise ZeroDivisionError
    await hear(workspace, third, foreseen=foreseen)

    assert await groups(workspace) == {frozenset("13")}


async def test_what_nobody_touched_is_not_loaded_again(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await hear(workspace, *(workspace.fetched(n, f"{n}@x.org") for n in range(9)))
    coming = [workspace.fetched(n + 20, f"{n}@x.org") for n in range(5)]
    foreseen = await look(workspace, *coming)
    await hear(workspace, workspace.fetched(30, "8@x.org"))
    loaded: list[UUID] = []

    async def note(*_: object, **__: object) -> list[object]:
        loaded.append(workspace.id)
        return []

    monkeypatch.setattr(queries, "load_neighbourhood", note)
    await hear(workspace, *coming, foreseen=foreseen)

    assert loaded == []
    assert len(await groups(workspace)) == 9


def forget_all() -> None:

    foresight._touched.clear()

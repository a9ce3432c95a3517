"""The tables are what tables.py says, walled in, and read and written in sets."""

from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from identity.path import operations
from identity.resolution.records import told_by
from identity.store import queries
from identity.tables import metadata
from servicekit.database import Database
from servicekit.testing import FreshDatabase
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import ProgrammingError


async def test_the_migrations_make_the_tables_that_tables_py_describes(db: Database) -> None:
    def differences(conn: Connection) -> list[Any]:
        context = MigrationContext.configure(
            conn, opts={"compare_server_default": True, "include_name": lambda name, *_: name != "alembic_version"}
        )
        return compare_metadata(context, metadata)

    async with db.engine.connect() as conn:
        found = await conn.run_sync(differences)

    assert found == []


async def test_no_row_is_seen_or_written_across_workspaces(workspace: Any, other: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"), workspace.fetched(2, "ada@example.com"))
    await workspace.hears(workspace.deal(7, 1))

    async with workspace.db.transaction(other.id) as conn:
        for table in metadata.sorted_tables:
            assert (await conn.execute(text(f"SELECT count(*) FROM {table.name}"))).scalar_one() == 0
    async with workspace.db.transaction() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM source_identity"))).scalar_one() == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with workspace.db.transaction(other.id) as conn:
            await conn.execute(text("INSERT INTO workspace (workspace_id) VALUES (:id)"), {"id": uuid4()})


async def test_every_table_with_a_workspace_is_walled(fresh: FreshDatabase, db: Database) -> None:
    async with db.engine.connect() as conn:
        walled = await conn.execute(
            text("SELECT relname FROM pg_class WHERE relnamespace = 'identity'::regnamespace AND relrowsecurity")
        )

    assert set(walled.scalars()) == set(metadata.tables)


async def test_one_email_in_two_workspaces_is_two_people(workspace: Any, other: Any) -> None:
    await workspace.hears(workspace.fetched(1, "ada@example.com"))
    await other.hears(other.fetched(1, "ada@example.com"))

    async with workspace.db.transaction(workspace.id, other.id) as conn:
        assert (await conn.execute(text("SELECT count(*) FROM golden_record"))).scalar_one() == 2


@pytest.mark.parametrize("size", [1, 500])
async def test_a_batch_costs_a_handful_of_statements_whatever_its_size(workspace: Any, size: int) -> None:
    known = [workspace.fetched(n, f"{n}@example.com") for n in range(size)]
    joining = [workspace.fetched(size + n, f"{n}@example.com") for n in range(size)]
    moved = [workspace.fetched(n, f"new-{n}@example.com", revision=2) for n in range(size)]
    gone = [workspace.gone(n, revision=3) for n in range(size)]
    statements: list[str] = []

    @event.listens_for(workspace.db.engine.sync_engine, "before_cursor_execute")
    def count(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    for batch in (known, joining, moved, gone):
        statements.clear()
        async with workspace.db.transaction(workspace.id) as conn:
            await operations.resolve_contacts(conn, list(map(told_by, batch)))
        assert len(statements) <= 16


async def read_by_the_next(workspace: Any, emails: list[str]) -> int:
    """Resolve two thousand contacts of a new workspace and then these; tell how many rows that read."""
    rows = [workspace.fetched(n, f"{n}@x.org") for n in range(2_000)]
    async with workspace.db.transaction(workspace.id) as conn:
        await operations.resolve_contacts(conn, list(map(told_by, rows)))
    async with workspace.db.transaction(workspace.id) as conn:
        following = [told_by(workspace.fetched(2_000 + n, email)) for n, email in enumerate(emails)]
        await operations.resolve_contacts(conn, following)
        read = await conn.execute(text("SELECT sum(idx_tup_fetch) + sum(seq_tup_read) FROM pg_stat_xact_user_tables"))
        return int(read.scalar_one())


async def test_look_ups_go_by_key_before_the_planner_knows_the_tables(workspace: Any) -> None:
    # Some ten for each record; reading the workspace for each would be a thousand times as many.
    assert await read_by_the_next(workspace, [f"{n}@x.org" for n in range(500)]) < 500 * 20


async def test_newcomers_are_looked_up_without_reading_who_is_there(workspace: Any) -> None:
    assert await read_by_the_next(workspace, [f"{n}@y.org" for n in range(500)]) < 50


async def test_neighbours_of_several_workspaces_are_loaded_at_once_and_never_across(workspace: Any, other: Any) -> None:
    for each in (workspace, other):
        await each.hears(
            each.fetched(1, "a@x.org"),
            each.fetched(2, "b@x.org"),
            each.fetched(3, "c@x.org", connection_id=each.zendesk),
            each.fetched(4, "d@x.org"),
        )

    async with workspace.db.transaction(workspace.id, other.id) as conn:
        await queries.read_standing(conn)
        known = await queries.load_neighbourhood(
            conn,
            records={
                (workspace.id, workspace.hubspot): ["1", "3"],
                (workspace.id, workspace.zendesk): [],
                (other.id, other.hubspot): ["2"],
                (other.id, other.zendesk): ["9"],
            },
            keys={
                workspace.id: [],
                other.id: ["email:c@x.org", "email:c@x.org", "email:z@x.org"],
                uuid4(): ["email:d@x.org"],
            },
        )

    assert sorted((one.record.workspace_id == other.id, one.record.provider_id) for one in known) == [
        (False, "1"),
        (True, "2"),
        (True, "3"),
    ]

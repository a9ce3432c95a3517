"""The migrated database: it is what `tables.py` says, and each workspace is walled in."""

from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from servicekit.testing import FreshDatabase
from shop_world import World
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sync_worker.tables import UNWALLED, metadata


def ours(name: str | None, kind: str, _: object) -> bool:
    return not (kind == "table" and str(name).startswith(("procrastinate_", "alembic_")))


async def test_the_tables_are_what_the_migrations_make(fresh: FreshDatabase) -> None:
    url = make_url(fresh.admin_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args={"options": "-c search_path=sync_worker"})
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"include_name": ours, "compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


async def test_no_table_is_seen_from_outside_its_workspace(world: World) -> None:
    await world.sync()

    for outside in ((uuid4(),), ()):
        async with world.db.transaction(*outside) as conn:
            for table in metadata.tables.keys() - UNWALLED:
                assert (await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table
    assert await world.value("SELECT count(*) FROM stream_state") == 2


async def test_a_row_of_another_workspace_is_refused(world: World) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with world.db.transaction(world.workspace_id) as conn:
            await conn.execute(text("INSERT INTO suppressed VALUES (:other, :other, '1')"), {"other": uuid4()})


async def test_the_schedule_is_all_that_looks_over_workspaces(world: World) -> None:
    async with world.db.transaction() as conn:
        due = (await conn.execute(text("SELECT * FROM due_connections(10)"))).all()

    assert [tuple(row) for row in due] == [(world.workspace_id, world.connection_id)]

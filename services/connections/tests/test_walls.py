"""What the database itself keeps true: rows of one workspace, a schema of one role, a few named ways around."""

from pathlib import Path
from uuid import uuid4

import connections
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from connections.tables import metadata
from servicekit.testing import bearer, user_token
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

README = Path(connections.__file__).parents[2] / "README.md"


async def test_a_workspace_sees_its_own_rows_and_nobody_sees_all(db, connect) -> None:
    ours, theirs = uuid4(), uuid4()
    for workspace in (ours, theirs):
        await connect(workspace)

    async def seen(*workspaces):
        async with db.transaction(*workspaces) as conn:
            return set((await conn.execute(text("SELECT workspace_id FROM connection"))).scalars())

    assert await seen() == set()
    assert await seen(ours) == {ours}
    assert await seen(ours, theirs) == {ours, theirs}


async def test_nothing_is_written_for_another_workspace(db, connect) -> None:
    ours, theirs = uuid4(), uuid4()
    await connect(ours)

    with pytest.raises(ProgrammingError, match="row-level security"):
        async with db.transaction(ours) as conn:
            await conn.execute(text("UPDATE connection SET workspace_id = :theirs"), {"theirs": theirs})


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM connections.connection",
        "SELECT connections.workspace_of_connection(gen_random_uuid())",
        "SELECT * FROM connections.proof_of_deliveries('acme', gen_random_uuid())",
        "SELECT connections.take_asked_handshake(''::bytea)",
        "SELECT connections.take_handshake(''::bytea)",
    ],
)
async def test_no_other_service_gets_in(fresh, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with fresh.database("identity").transaction() as conn:
            await conn.execute(text(statement))


async def test_a_process_from_before_a_migration_ends_its_handshakes_after_it(db, workspace) -> None:
    """It wrote the columns it knew, and reads exactly those that came back then."""
    known = ["workspace_id", "state_hash", "user_id", "provider", "browser_hash", "verifier_sealed", "return_to"]
    begun = f"INSERT INTO handshake ({', '.join(known)}, expires_at) VALUES (:workspace, 's', :workspace, 'acme', 'b',"
    async with db.transaction(workspace) as conn:
        await conn.execute(text(f"{begun} 'v', NULL, now())"), {"workspace": workspace})

    async with db.transaction() as conn:
        taken = (await conn.execute(text("SELECT * FROM take_handshake('s')"))).one()

    assert list(taken._mapping) == [*known, "expired"]


async def test_a_removed_connection_cannot_keep_tokens(db, workspace, connect) -> None:
    await connect(workspace)

    with pytest.raises(DBAPIError, match="check constraint"):
        async with db.transaction(workspace) as conn:
            await conn.execute(
                text("UPDATE connection SET state = 'removed', removed_at = now(), removed_data = 'keep'")
            )


def test_every_table_is_walled_and_every_way_around_is_in_the_readme(fresh) -> None:
    address = make_url(fresh.admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as admin:
        walled = dict(
            admin.execute(
                "SELECT relname, relrowsecurity FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'connections'::regnamespace AND relname <> 'alembic_version'"
            ).fetchall()
        )
        ways = admin.execute(
            "SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc"
            " WHERE prosecdef AND pronamespace = 'connections'::regnamespace"
        ).fetchall()

    assert walled == dict.fromkeys(metadata.tables, True)
    assert all(f"`{name}`" in README.read_text() for name, _, _ in ways)
    assert {(tuple(config), public) for _, config, public in ways} == {(("search_path=connections, pg_temp",), False)}


def test_the_tables_are_what_the_migrations_make(fresh) -> None:
    engine = create_engine(
        make_url(fresh.admin_url).set(drivername="postgresql+psycopg"),
        connect_args={"options": "-c search_path=connections"},
    )
    try:
        with engine.connect() as conn:
            options = {"compare_type": True, "include_name": lambda name, kind, _: name != "alembic_version"}
            differences = compare_metadata(MigrationContext.configure(conn, opts=options), metadata)
    finally:
        engine.dispose()

    assert differences == []


async def test_a_personal_token_shows_what_is_connected_and_no_more(client, workspace, connect) -> None:
    connection_id = await connect(workspace)
    headers = bearer(user_token(workspace_id=workspace, scope="contacts:read contacts:write"))

    async with client.get("/connections", headers=headers) as answer:
        assert [each["id"] for each in (await answer.json())["items"]] == [str(connection_id)]
    for method, path in (("GET", ""), ("POST", "/pause"), ("DELETE", "?data=erase")):
        async with client.request(method, f"/connections/{connection_id}{path}", headers=headers) as answer:
            assert answer.status == 403

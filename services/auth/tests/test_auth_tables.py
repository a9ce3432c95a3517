"""The migrated database is what `tables.py` says, and its walls stand."""

from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from auth.tables import metadata
from servicekit.database import Database
from servicekit.testing import FreshDatabase
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

WALLED = {"workspace", "member", "invitation", "audit_log"}
GLOBAL_WITH_WORKSPACE = {"session", "personal_token"}
"""Found by a token's fingerprint before any workspace is known; exempt by name."""


def differences(conn: Connection) -> list[Any]:
    context = MigrationContext.configure(
        conn, opts={"include_name": lambda name, kind, _: kind != "table" or name != "alembic_version"}
    )
    return list(compare_metadata(context, metadata))


async def test_the_tables_are_those_of_the_migrations(db: Database) -> None:
    async with db.engine.connect() as conn:
        assert await conn.run_sync(differences) == []


async def test_every_table_with_a_workspace_is_walled_and_keyed_by_it(db: Database) -> None:
    async with db.engine.connect() as conn:
        rows = await conn.execute(
            text("""
            SELECT c.relname, c.relrowsecurity, a.attname
            FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE c.relnamespace = 'auth'::regnamespace AND c.relkind = 'r'
              AND EXISTS (SELECT FROM pg_attribute w WHERE w.attrelid = c.oid AND w.attname = 'workspace_id')
            """)
        )
        found = {row.relname: (row.relrowsecurity, row.attname) for row in rows}

    assert {name: found[name] for name in WALLED} == dict.fromkeys(WALLED, (True, "workspace_id"))
    assert set(found) == WALLED | GLOBAL_WITH_WORKSPACE


async def test_rows_are_seen_from_their_workspace_only(db: Database, ada: Any) -> None:
    counts = []
    for seen in ((), (uuid4(),), (ada.user["workspace_id"],)):
        async with db.transaction(*seen) as conn:
            counts.append(
                [
                    (await conn.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
                    for table in ("workspace", "member", "audit_log")
                ]
            )

    assert counts == [[0, 0, 0], [0, 0, 0], [1, 1, 1]]


async def test_no_other_service_reads_what_is_auths(fresh: FreshDatabase, subtests: pytest.Subtests) -> None:
    others = fresh.database("identity").engine
    for what in ("person", "session", "refresh_token", "signing_key", "memberships_of(NULL)"):
        with subtests.test(what):
            async with others.connect() as conn:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await conn.execute(text(f"SELECT * FROM auth.{what}"))

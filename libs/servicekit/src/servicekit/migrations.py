"""Migrating: the bus and each service's schema to their newest revision, and a role for each service.

This runs as the administrator (`DATABASE_URL`), once before the services start; they never change their tables.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine, make_url, text

from servicekit.database import role_of, role_password
from servicekit.house import SERVICES, WITH_DATABASE, package_of
from servicekit.revisions import bus_folder, folder_of, head_of

MIN_SERVER = 180000
_LOCK = 0x1EAD


class ServerTooOld(Exception):
    """The server is older than PostgreSQL 18."""


# The outer cast makes of the sub-select a value, computed once; without it ANY would compare with its rows.
WORKSPACE_POLICY = "workspace_id = ANY ((SELECT NULLIF(current_setting('app.workspaces', true), '')::uuid[])::uuid[])"


class Executes(Protocol):
    """What a revision gives: `alembic.op`, which is a module."""

    def execute(self, sqltext: str) -> None:
        """Run a statement."""


def tenant_table(op: Executes, table: str) -> None:
    """Wall a table in: its rows are seen and written only by transactions that name their workspace.

    The owner (the administrator, and so SECURITY DEFINER functions) is not bound by it.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON {table} USING ({WORKSPACE_POLICY}) WITH CHECK ({WORKSPACE_POLICY})")


def expect_distinct(op: Executes, expected: Mapping[tuple[str, str], float]) -> None:
    """Tell the planner of new tables how many distinct values columns will hold, until the first ANALYZE knows better.

    `expected` is by table and column: a count, or where negative a share of the rows.
    """
    for (table, column), distinct in expected.items():
        op.execute(
            f"""SELECT pg_restore_attribute_stats(
                'schemaname', current_schema()::text, 'relname', '{table}', 'attname', '{column}', 'inherited', false,
                'null_frac', 0::real, 'avg_width', 16, 'n_distinct', {distinct}::real)"""
        )


def migrate(
    admin_url: str, *, role_prefix: str, lead_secret: str, services: Sequence[str] = WITH_DATABASE
) -> dict[str, str]:
    """Bring everything to its newest revision; return the revision each schema is at now.

    Safe to run twice and at once. Raises `ServerTooOld`.
    """
    engine = create_engine(make_url(admin_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as conn:
            refuse_old_server(conn)
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _make_roles(conn, role_prefix, lead_secret)
            reached = {"bus": _migrate_schema(conn, "bus", bus_folder())}
            _grant_bus(conn, role_prefix)
            for service in services:
                reached[service] = _migrate_schema(conn, package_of(service), folder_of(service))
                _grant_schema(conn, package_of(service), role_of(service, role_prefix))
            return reached
    finally:
        engine.dispose()


def refuse_old_server(conn: Connection) -> None:
    """Raise `ServerTooOld` for a server we do not run on."""
    version = int(conn.execute(text("SHOW server_version_num")).scalar_one())
    if version < MIN_SERVER:
        raise ServerTooOld(f"PostgreSQL 18 or newer is needed; this server is {version // 10000}")


def _script(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(str(folder), version_locations=[str(folder)])


def _migrate_schema(conn: Connection, schema: str, folder: Path) -> str:
    conn.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    conn.exec_driver_sql(f'SET LOCAL search_path = "{schema}"')
    script = _script(folder)

    def to_head(revision: str | tuple[str, ...], _: MigrationContext) -> list[RevisionStep]:
        # Alembic offers no other name for this; its own `upgrade` command does the same.
        return script._upgrade_revs("head", revision)  # type: ignore[arg-type]

    with EnvironmentContext(Config(), script, fn=to_head, destination_rev="head") as environment:
        environment.configure(connection=conn, version_table_schema=schema, transactional_ddl=True)
        environment.run_migrations()
    return head_of(folder)


def _make_roles(conn: Connection, role_prefix: str, lead_secret: str) -> None:
    known = set(conn.execute(text("SELECT rolname FROM pg_roles")).scalars())
    raw = conn.connection.driver_connection
    assert raw is not None
    for service in SERVICES:
        role = role_of(service, role_prefix)
        verb = "ALTER" if role in known else "CREATE"
        statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}")
        raw.execute(statement.format(sql.Identifier(role), sql.Literal(role_password(lead_secret, service))))


def _grant_bus(conn: Connection, role_prefix: str) -> None:
    for service in SERVICES:
        role = role_of(service, role_prefix)
        conn.exec_driver_sql(f'GRANT USAGE ON SCHEMA bus TO "{role}"')
        conn.exec_driver_sql(f'GRANT SELECT ON ALL TABLES IN SCHEMA bus TO "{role}"')
        conn.exec_driver_sql(f'GRANT INSERT ON bus.outbox TO "{role}"')
        conn.exec_driver_sql(f'GRANT INSERT, UPDATE ON bus.shard, bus."offset", bus.parked TO "{role}"')
        conn.exec_driver_sql(f'GRANT DELETE ON bus.parked TO "{role}"')
        conn.exec_driver_sql(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bus TO "{role}"')


def _grant_schema(conn: Connection, schema: str, role: str) -> None:
    conn.exec_driver_sql(f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"')
    conn.exec_driver_sql(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{role}"')
    conn.exec_driver_sql(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{role}"')
    conn.exec_driver_sql(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "{schema}" TO "{role}"')

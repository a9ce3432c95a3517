"""The SQL of connections, and of what people read. Runs and source records have their own."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.connections import ConnectionAuthorized, ConnectionState
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    case,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.run import Pace, Run
from sync_worker.tables import connection, skipped_record, sync_run

TOLD_WITHIN = timedelta(days=1)
"""How long a provider may be silent and still be held for one that tells of changes."""

# Connections ----------------------------------------------------------------------------------------------------


async def save_connection(conn: AsyncConnection, event: ConnectionAuthorized) -> bool:
    """Know a connection as active, new or again; False when as late a permission of it, or a later one, is known."""
    known = {
        "provider": event.provider,
        "account_id": event.account_id,
        "state": "active",
        "authorized_at": event.authorized_at,
        "scopes": list(event.scopes),
    }
    statement = insert(connection).values(workspace_id=event.workspace_id, connection_id=event.connection_id, **known)
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "connection_id"],
        set_=known,
        where=func.coalesce(statement.excluded.authorized_at > connection.c.authorized_at, true()),
    )
    return (await conn.execute(statement.returning(literal(1)))).first() is not None


async def set_connection_state(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, state: ConnectionState, *, anew: bool = False
) -> None:
    """Set a connection's state; `anew` forgets that it was ever synced."""
    values: dict[str, Any] = {"state": state} | ({"synced_at": None} if anew else {})
    await conn.execute(update(connection).where(*_is(connection, workspace_id, connection_id)).values(values))


async def lock_connection(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Row[Any] | None:
    """Lock a connection and return it; pages wait meanwhile."""
    statement = select(connection).where(*_is(connection, workspace_id, connection_id)).with_for_update()
    return (await conn.execute(statement)).one_or_none()


async def find_connection(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Row[Any] | None:
    """Find a connection."""
    statement = select(connection).where(*_is(connection, workspace_id, connection_id))
    return (await conn.execute(statement)).one_or_none()


async def lock_connections(conn: AsyncConnection, connections: Iterable[tuple[UUID, UUID]]) -> None:
    """Lock several connections, in one order everywhere."""
    key = tuple_(connection.c.workspace_id, connection.c.connection_id)
    statement = select(literal(1)).where(key.in_(list(connections))).order_by(key).with_for_update(of=connection)
    await conn.execute(statement)


async def remove_connections(conn: AsyncConnection, workspace_id: UUID) -> list[UUID]:
    """Set all connections of a workspace to removed; return their ids."""
    statement = update(connection).where(connection.c.workspace_id == workspace_id).values(state="removed")
    return list((await conn.execute(statement.returning(connection.c.connection_id))).scalars())


async def connection_exists(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> bool:
    """Whether this workspace has, or had, such a connection."""
    statement = select(literal(1)).where(*_is(connection, workspace_id, connection_id))
    return (await conn.execute(statement)).first() is not None


async def list_due(conn: AsyncConnection, at_most: int) -> list[tuple[UUID, UUID]]:
    """Name the connections whose next sync is due, over all workspaces, the longest waiting first."""
    rows = await conn.execute(
        text("SELECT workspace_id, connection_id FROM due_connections(:at_most)"), {"at_most": at_most}
    )
    return [(row.workspace_id, row.connection_id) for row in rows]


async def set_next_sync(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, pace: Pace | None) -> None:
    """Let the schedule come back to a connection in its time; with None it never does by itself."""
    then = None
    if pace:
        told = connection.c.told_at > func.now() - TOLD_WITHIN
        slowly = literal(pace.every * pace.slower_when_told)
        then = func.clock_timestamp() + case((told, slowly), else_=literal(pace.every))
    await conn.execute(
        update(connection).where(*_is(connection, workspace_id, connection_id)).values(next_sync_at=then)
    )


async def note_synced(conn: AsyncConnection, run: Run) -> None:
    """Note that a connection has been read to its end."""
    over = {"full_began_at": None} if run.reads_everything else {}
    await conn.execute(
        update(connection)
        .where(*_is(connection, run.workspace_id, run.connection_id))
        .values(synced_at=func.clock_timestamp(), **over)
    )


async def set_standing(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, state: ConnectionState, stood_at: datetime
) -> None:
    """Set whether a connection rests, and since when."""
    await conn.execute(
        update(connection).where(*_is(connection, workspace_id, connection_id)).values(state=state, stood_at=stood_at)
    )


async def begin_full(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Note that everything of a connection is to be read again, until a run has done so."""
    await conn.execute(
        update(connection)
        .where(*_is(connection, workspace_id, connection_id))
        .values(full_began_at=func.clock_timestamp())
    )


_NEXT_FULL = text("""
UPDATE connection SET full_sync_at = CASE
    WHEN CAST(:every AS interval) IS NULL THEN NULL
    WHEN :is_done THEN clock_timestamp() + CAST(:every AS interval) * (0.75 + random() / 2)
    ELSE coalesce(full_sync_at, clock_timestamp() + CAST(:every AS interval) * random())
END
WHERE workspace_id = :workspace_id AND connection_id = :connection_id
""")


async def set_next_full(conn: AsyncConnection, run: Run, every: timedelta | None) -> None:
    """Plan when everything is read again after a run, about so often; with None it never is by itself.

    Chance spreads it: connections that were made together are not read again together.
    """
    where = {"workspace_id": run.workspace_id, "connection_id": run.connection_id}
    await conn.execute(_NEXT_FULL, {**where, "every": every, "is_done": run.reads_everything})


async def begin_above(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, revision: int) -> None:
    """Let new records of a connection begin with a revision above this one."""
    await conn.execute(
        update(connection)
        .where(*_is(connection, workspace_id, connection_id))
        .values(first_revision=func.greatest(connection.c.first_revision, revision + 1))
    )


# Reading --------------------------------------------------------------------------------------------------------


async def find_run(conn: AsyncConnection, workspace_id: UUID, sync_id: UUID) -> Row[Any] | None:
    """Find a run."""
    statement = select(sync_run).where(sync_run.c.workspace_id == workspace_id, sync_run.c.sync_id == sync_id)
    return (await conn.execute(statement)).one_or_none()


async def list_runs(
    conn: AsyncConnection,
    workspace_id: UUID,
    connection_id: UUID,
    *,
    state: str | None = None,
    before: UUID | None,
    at_most: int,
) -> list[Row[Any]]:
    """List a connection's runs, or those in one state, the newest first."""
    statement = select(sync_run).where(*_is(sync_run, workspace_id, connection_id))
    if state:
        statement = statement.where(sync_run.c.state == state)
    return await _newest_first(conn, statement, sync_run.c.sync_id, before, at_most)


async def list_skipped(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, before: UUID | None, at_most: int
) -> list[Row[Any]]:
    """List the records of a connection that could not be read, the newest first."""
    statement = select(skipped_record).where(*_is(skipped_record, workspace_id, connection_id))
    return await _newest_first(conn, statement, skipped_record.c.skipped_id, before, at_most)


async def list_skipped_after(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, after: UUID | None, at_most: int
) -> list[Row[Any]]:
    """List some of the records of a connection that could not be read, the oldest first."""
    statement = select(skipped_record).where(*_is(skipped_record, workspace_id, connection_id))
    if after:
        statement = statement.where(skipped_record.c.skipped_id > after)
    return list(await conn.execute(statement.order_by(skipped_record.c.skipped_id).limit(at_most)))


async def find_raw(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, provider_id: str) -> str | None:
    """Find a contact's raw JSON, as it came."""
    statement = text("""
    SELECT raw::text FROM source_contact
    WHERE (workspace_id, connection_id, provider_id) = (:workspace_id, :connection_id, :provider_id)
    """)
    where = {"workspace_id": workspace_id, "connection_id": connection_id, "provider_id": provider_id}
    raw: str | None = (await conn.execute(statement, where)).scalar_one_or_none()
    return raw


# Every source record again, slice by slice in the order of the keys; the first slice has no `after`.
_KEPT_CONTACTS = text("""
SELECT s.connection_id, c.provider, s.provider_id, s.raw::text AS raw, s.revision, s.first_seen_at, s.gone_at,
       s.gone_reason, s.merged_into
FROM source_contact s JOIN connection c USING (workspace_id, connection_id)
WHERE s.workspace_id = :workspace_id
  AND (s.connection_id, s.provider_id) > (CAST(:connection_id AS uuid), CAST(:provider_id AS text))
ORDER BY s.connection_id, s.provider_id LIMIT :at_most
""")
_KEPT_INTERACTIONS = text("""
SELECT s.connection_id, c.provider, s.kind, s.provider_id, s.interaction::text AS interaction, s.revision, s.gone_at,
       s.gone_reason
FROM source_interaction s JOIN connection c USING (workspace_id, connection_id)
WHERE s.workspace_id = :workspace_id
  AND (s.connection_id, s.kind, s.provider_id)
    > (CAST(:connection_id AS uuid), CAST(:kind AS text), CAST(:provider_id AS text))
ORDER BY s.connection_id, s.kind, s.provider_id LIMIT :at_most
""")
_BEFORE_ALL = UUID(int=0)


async def list_kept_contacts(
    conn: AsyncConnection, workspace_id: UUID, *, after: Row[Any] | None, at_most: int
) -> list[Row[Any]]:
    """List source contacts, after the last one of the slice before."""
    where = {
        "workspace_id": workspace_id,
        "connection_id": after.connection_id if after else _BEFORE_ALL,
        "provider_id": after.provider_id if after else "",
        "at_most": at_most,
    }
    return list(await conn.execute(_KEPT_CONTACTS, where))


async def list_kept_interactions(
    conn: AsyncConnection, workspace_id: UUID, *, after: Row[Any] | None, at_most: int
) -> list[Row[Any]]:
    """List source interactions, after the last one of the slice before."""
    where = {
        "workspace_id": workspace_id,
        "connection_id": after.connection_id if after else _BEFORE_ALL,
        "kind": after.kind if after else "",
        "provider_id": after.provider_id if after else "",
        "at_most": at_most,
    }
    return list(await conn.execute(_KEPT_INTERACTIONS, where))


# Deleting -------------------------------------------------------------------------------------------------------

OF_CONNECTION = ("skipped_record", "stream_state", "sighting", "wanted_record", "action")
"""What is erased with a connection besides its source records: what could not be read, where reading stood, what was
seen, what is wanted, what was done there."""

OF_WORKSPACE = (
    "source_contact",
    "source_interaction",
    *OF_CONNECTION,
    "sync_stream",
    "sync_run",
    "suppressed",
    "file_chunk",
    "stored_file",
    "connection",
)
"""What is erased with a workspace: everything."""


async def delete_slice(
    conn: AsyncConnection, table: str, workspace_id: UUID, connection_id: UUID | None, at_most: int
) -> int:
    """Delete some rows of a connection, or of a whole workspace; return how many there were."""
    whose = "workspace_id = :workspace_id" + (" AND connection_id = :connection_id" if connection_id else "")
    statement = text(f"""
    DELETE FROM {table} WHERE ctid = ANY (ARRAY (SELECT ctid FROM {table} WHERE {whose} LIMIT :at_most))
    """)  # noqa: S608 - the tables are the ones above
    where = {"workspace_id": workspace_id, "connection_id": connection_id, "at_most": at_most}
    return (await conn.execute(statement, where)).rowcount


async def _newest_first(
    conn: AsyncConnection,
    statement: Select[Any],
    key: ColumnElement[UUID],
    before: UUID | None,
    at_most: int,
) -> list[Row[Any]]:
    if before:
        statement = statement.where(key < before)
    return list(await conn.execute(statement.order_by(key.desc()).limit(at_most)))


def _is(table: Table, workspace_id: UUID, connection_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (table.c.workspace_id == workspace_id, table.c.connection_id == connection_id)

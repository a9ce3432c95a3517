"""The SQL of files that people hand over, kept in chunks of one size."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.tables import file_chunk, stored_file


async def create_file(conn: AsyncConnection, workspace_id: UUID) -> UUID:
    """Begin a file; return its id."""
    statement = insert(stored_file).values(workspace_id=workspace_id).returning(stored_file.c.file_id)
    file_id: UUID = (await conn.execute(statement)).scalar_one()
    return file_id


async def save_chunk(conn: AsyncConnection, workspace_id: UUID, file_id: UUID, number: int, content: bytes) -> None:
    """Keep a chunk of a file that is still arriving."""
    await conn.execute(
        insert(file_chunk).values(workspace_id=workspace_id, file_id=file_id, number=number, content=content)
    )
    await conn.execute(
        update(stored_file).where(*_file(workspace_id, file_id)).values(touched_at=func.clock_timestamp())
    )


async def read_chunks(
    conn: AsyncConnection, workspace_id: UUID, file_id: UUID, first: int, last: int
) -> Sequence[bytes]:
    """Return chunks of a file, in their order."""
    statement = (
        select(file_chunk.c.content)
        .where(
            file_chunk.c.workspace_id == workspace_id,
            file_chunk.c.file_id == file_id,
            file_chunk.c.number.between(first, last),
        )
        .order_by(file_chunk.c.number)
    )
    return (await conn.execute(statement)).scalars().all()


async def hand_over(
    conn: AsyncConnection, workspace_id: UUID, file_id: UUID, connection_id: UUID, *, size: int, layout: bytes
) -> bool:
    """Let a file that has arrived be the one of a connection, to be read; the one before it is dropped.

    False when it was given up meanwhile.
    """
    await drop_file_of(conn, workspace_id, connection_id)
    statement = text("""
    UPDATE stored_file SET connection_id = :connection_id, state = 'waiting', size = :size,
        layout = CAST(:layout AS json), touched_at = clock_timestamp()
    WHERE workspace_id = :workspace_id AND file_id = :file_id AND state = 'arriving'
    """)
    of = {"workspace_id": workspace_id, "file_id": file_id, "connection_id": connection_id}
    return (await conn.execute(statement, {**of, "size": size, "layout": layout.decode()})).rowcount == 1


async def find_file(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Row[Any] | None:
    """Find the file of a connection: waiting to be read, or read already."""
    statement = text("""
    SELECT file_id, state, size, layout::text AS layout FROM stored_file
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND state IN ('waiting', 'read')
    """)
    return (await conn.execute(statement, {"workspace_id": workspace_id, "connection_id": connection_id})).one_or_none()


async def list_layouts(conn: AsyncConnection, workspace_id: UUID) -> dict[UUID, bytes]:
    """Tell how the file of each connection is read."""
    statement = text("""
    SELECT connection_id, layout::text FROM stored_file
    WHERE workspace_id = :workspace_id AND state IN ('waiting', 'read')
    """)
    rows = await conn.execute(statement, {"workspace_id": workspace_id})
    return {row[0]: row[1].encode() for row in rows}


async def mark_read(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> bool:
    """Note that the file of a connection was read to its end; False when there is none."""
    return await _set_state(conn, workspace_id, connection_id, "read")


async def drop_file_of(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Let go of the file of a connection, read or not."""
    await _set_state(conn, workspace_id, connection_id, "dropped")


async def drop_file(conn: AsyncConnection, workspace_id: UUID, file_id: UUID) -> None:
    """Let go of a file."""
    await conn.execute(update(stored_file).where(*_file(workspace_id, file_id)).values(state="dropped"))


async def list_dropped(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Sequence[UUID]:
    """Name the files of a connection that were let go of."""
    statement = select(stored_file.c.file_id).where(
        stored_file.c.workspace_id == workspace_id,
        stored_file.c.connection_id == connection_id,
        stored_file.c.state == "dropped",
    )
    return (await conn.execute(statement)).scalars().all()


async def list_spent(conn: AsyncConnection, *, idle: timedelta, at_most: int) -> list[tuple[UUID, UUID]]:
    """Name files of all workspaces whose bytes nobody needs: read, dropped, or never arrived whole."""
    statement = text("SELECT workspace_id, file_id FROM spent_files(:idle, :at_most)")
    rows = await conn.execute(statement, {"idle": idle, "at_most": at_most})
    return [(row.workspace_id, row.file_id) for row in rows]


_SOME_CHUNKS = text("""
DELETE FROM file_chunk WHERE (workspace_id, file_id) = (:workspace_id, :file_id) AND number = ANY (ARRAY (
    SELECT number FROM file_chunk WHERE (workspace_id, file_id) = (:workspace_id, :file_id) LIMIT :at_most))
""")


async def delete_chunks(conn: AsyncConnection, workspace_id: UUID, file_id: UUID, *, at_most: int) -> int:
    """Delete some chunks of a file; return how many there were."""
    where = {"workspace_id": workspace_id, "file_id": file_id, "at_most": at_most}
    return (await conn.execute(_SOME_CHUNKS, where)).rowcount


async def forget_bytes(conn: AsyncConnection, workspace_id: UUID, file_id: UUID) -> None:
    """Note that a file's bytes are gone: of one that was read its layout stays, of any other nothing."""
    of_it = _file(workspace_id, file_id)
    await conn.execute(update(stored_file).where(*of_it, stored_file.c.state == "read").values(is_kept=False))
    await conn.execute(delete(stored_file).where(*of_it, stored_file.c.state != "read"))


async def _set_state(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, state: str) -> bool:
    statement = (
        update(stored_file)
        .where(*_of_connection(workspace_id, connection_id), stored_file.c.state != state)
        .values(state=state, touched_at=func.clock_timestamp())
    )
    return (await conn.execute(statement)).rowcount > 0


def _file(workspace_id: UUID, file_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (stored_file.c.workspace_id == workspace_id, stored_file.c.file_id == file_id)


def _of_connection(workspace_id: UUID, connection_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        stored_file.c.workspace_id == workspace_id,
        stored_file.c.connection_id == connection_id,
        stored_file.c.state.in_(("waiting", "read")),
    )

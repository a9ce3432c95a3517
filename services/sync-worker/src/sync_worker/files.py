"""Files that people handed over: read where they are kept, and let go of when nobody needs them."""

from datetime import timedelta
from uuid import UUID

import msgspec
import structlog
from servicekit.database import Database

from sync_worker import file_queries

log = structlog.get_logger()

CHUNK_BYTES = 256_000
"""The size of every chunk of a file but the last, so that any place in it is found by counting."""

CHUNKS_AT_ONCE = 200
FILES_AT_ONCE = 20
UPLOAD_IDLE = timedelta(hours=1)
"""How long a file may be arriving without a byte before it is given up."""


class FileGone(Exception):
    """A file is not there, or no longer."""


class KeptFile(msgspec.Struct, frozen=True):
    """A file in chunks, as a source reads it."""

    db: Database
    workspace_id: UUID
    file_id: UUID
    size: int
    layout: bytes

    async def read(self, offset: int, at_most: int) -> bytes:
        """Return bytes from an offset on; fewer than asked for only at the end. Raises `FileGone`."""
        last = min(offset + at_most, self.size) - 1
        if last < offset:
            return b""
        first_chunk, skipped = divmod(offset, CHUNK_BYTES)
        async with self.db.transaction(self.workspace_id) as conn:
            chunks = await file_queries.read_chunks(
                conn, self.workspace_id, self.file_id, first_chunk, last // CHUNK_BYTES
            )
        found = b"".join(chunks)[skipped : skipped + at_most]
        if len(found) != last + 1 - offset:
            raise FileGone
        return found


async def open_waiting(db: Database, workspace_id: UUID, connection_id: UUID) -> KeptFile:
    """Open the file of a connection that is to be read. Raises `FileGone`."""
    async with db.transaction(workspace_id) as conn:
        found = await file_queries.find_file(conn, workspace_id, connection_id)
    if found is None or found.state != "waiting":
        raise FileGone
    return KeptFile(db, workspace_id, found.file_id, found.size, found.layout.encode())


async def delete_spent(db: Database) -> int:
    """Delete the bytes of files that were read, dropped, or never arrived whole; return how many files it was."""
    async with db.transaction() as conn:
        spent = await file_queries.list_spent(conn, idle=UPLOAD_IDLE, at_most=FILES_AT_ONCE)
    for workspace_id, file_id in spent:
        await delete_bytes(db, workspace_id, file_id)
        log.info("file_let_go", workspace_id=workspace_id, file_id=file_id)
    return len(spent)


async def delete_of_connection(db: Database, workspace_id: UUID, connection_id: UUID) -> int:
    """Delete what was dropped of a connection's files; return how many there were."""
    async with db.transaction(workspace_id) as conn:
        found = await file_queries.list_dropped(conn, workspace_id, connection_id)
    for file_id in found:
        await delete_bytes(db, workspace_id, file_id)
    return len(found)


async def delete_bytes(db: Database, workspace_id: UUID, file_id: UUID) -> None:
    """Delete a file's chunks, some at a time, and then note that they are gone."""
    chunks = CHUNKS_AT_ONCE
    while chunks == CHUNKS_AT_ONCE:
        async with db.transaction(workspace_id) as conn:
            chunks = await file_queries.delete_chunks(conn, workspace_id, file_id, at_most=CHUNKS_AT_ONCE)
    async with db.transaction(workspace_id) as conn:
        await file_queries.forget_bytes(conn, workspace_id, file_id)

"""Forgetting: the records of a connection, or a whole workspace."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.path import operations
from identity.search import indexing_queries
from identity.store import erasing_queries, queries
from identity.store.queries import SourceName

log = structlog.get_logger()

SLICE = 1_000
"""How many records are erased at once: enough for sets to pay, few enough to hold in memory."""


async def erase_connection(
    conn: AsyncConnection, *, workspace_id: UUID, connection_id: UUID, removed_at: datetime | None
) -> None:
    """Forget what a connection showed until it was removed, and ignore what of it arrives late."""
    locked = await queries.lock_workspaces(conn, {workspace_id})
    if locked[workspace_id].erased:
        return
    until = await erasing_queries.save_erasure(conn, workspace_id, connection_id, removed_at)
    await erasing_queries.delete_interactions(conn, workspace_id, connection_id)
    erased = 0
    while source_ids := await erasing_queries.list_records(
        conn, workspace_id, connection_id, until=until, at_most=SLICE
    ):
        await erase_records(conn, workspace_id, set(source_ids))
        erased += len(source_ids)
    log.info("connection_erased", workspace_id=str(workspace_id), connection_id=str(connection_id), records=erased)


async def erase_records(conn: AsyncConnection, workspace_id: UUID, erased: set[UUID]) -> None:
    """Forget records: those they shared a golden record with go on without them, and their ids lead there."""
    locked = await queries.lock_workspaces(conn, {workspace_id})
    names = [SourceName(workspace_id, source_id) for source_id in erased]
    before = {known.record.source_id: known for known in await queries.load_neighbourhood(conn, sources=names)}
    left = {source_id: known.record for source_id, known in before.items() if source_id not in erased}
    await operations.settle(conn, locked, before, left)


async def erase_workspace(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Forget a workspace for good; what arrives of it later is ignored."""
    await queries.lock_workspaces(conn, {workspace_id})
    # What the index is being told of just now must be there before it is deleted, or it would be left behind.
    await indexing_queries.lock_indexes(conn, {workspace_id})
    await erasing_queries.delete_workspace(conn, workspace_id)
    log.info("workspace_erased", workspace_id=str(workspace_id))

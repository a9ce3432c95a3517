"""Taking connections and workspaces away: at once for the worker, slice by slice for the rows."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from contracts.connections import ConnectionRemoved
from servicekit.database import Database
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import action_queries, announcements, erasure_queries, file_queries, files, jobs, queries, schedule

log = structlog.get_logger()

SLICE = 5_000


async def remove_connection(conn: AsyncConnection, event: ConnectionRemoved) -> None:
    """Stop syncing a connection, and erase its records if that was chosen.

    One we never knew is no error, and one that was connected again since is left alone.
    """
    workspace_id, connection_id, erase = event.workspace_id, event.connection_id, event.data == "erase"
    known = await queries.lock_connection(conn, workspace_id, connection_id)
    if known is None:
        return
    if schedule.is_outlived(known, event.removed_at):
        log.warning("removal_outlived", workspace_id=workspace_id, connection_id=connection_id, data=event.data)
        return
    await queries.set_connection_state(conn, workspace_id, connection_id, "removed", anew=erase)
    await schedule.stop_syncing(conn, workspace_id, connection_id, "cancelled", None)
    if erase:
        await file_queries.drop_file_of(conn, workspace_id, connection_id)
        await jobs.defer_erasure(conn, workspace_id, connection_id, removed_at=event.removed_at)
    else:
        await file_queries.mark_read(conn, workspace_id, connection_id)  # records that are kept are kept readable


async def remove_workspace(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Stop all syncs of a workspace, and erase everything."""
    for connection_id in await queries.remove_connections(conn, workspace_id):
        await schedule.stop_syncing(conn, workspace_id, connection_id, "cancelled", None)
    await jobs.defer_erasure(conn, workspace_id, None)


async def erase(
    db: Database, workspace_id: UUID, connection_id: UUID | None, *, removed_at: datetime | None = None
) -> None:
    """Delete what a connection left, or all of a workspace; killed in the middle, it goes on when called again.

    Listeners erase by themselves what was first seen until `removed_at`. Of what was still written after it, they
    are told here; without it, of everything.
    """
    deleted = 0
    if connection_id:
        deleted = await _erase_sources(db, workspace_id, connection_id, removed_at)
        deleted += await files.delete_of_connection(db, workspace_id, connection_id)
    for table in queries.OF_CONNECTION if connection_id else queries.OF_WORKSPACE:
        rows = SLICE
        while rows == SLICE:
            async with db.transaction(workspace_id) as conn:
                rows = await queries.delete_slice(conn, table, workspace_id, connection_id, SLICE)
            deleted += rows
    log.info("records_erased", workspace_id=workspace_id, connection_id=connection_id, rows=deleted)


async def erase_old_actions(db: Database, kept_for: timedelta) -> None:
    """Delete what was done, or was not, so long ago that nobody asks any more: it says who it was about."""
    deleted, rows = 0, SLICE
    while rows == SLICE:
        async with db.transaction() as conn:
            rows = await action_queries.delete_old_actions(conn, kept_for=kept_for, at_most=SLICE)
        deleted += rows
    if deleted:
        log.info("old_actions_erased", rows=deleted)


async def _erase_sources(db: Database, workspace_id: UUID, connection_id: UUID, removed_at: datetime | None) -> int:
    deleted, rows = 0, 1
    while rows:
        async with db.transaction(workspace_id) as conn:
            known = await queries.lock_connection(conn, workspace_id, connection_id)
            contacts = await erasure_queries.take_contacts(conn, known, SLICE) if known else []
            interactions = await erasure_queries.take_interactions(conn, known, SLICE) if known else []
            revisions = [each.revision for each in contacts] + [each.revision for each in interactions]
            if revisions:
                await queries.begin_above(conn, workspace_id, connection_id, max(revisions))
            late = [each for each in contacts if removed_at is None or each.first_seen_at > removed_at]
            late_too = [each for each in interactions if removed_at is None or each.fetched_at > removed_at]
            publish(conn, announcements.contacts_erased(workspace_id, late))
            publish(conn, announcements.interactions_erased(workspace_id, late_too))
            rows = len(revisions)
        deleted += rows
    return deleted

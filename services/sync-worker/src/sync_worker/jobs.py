"""The queue: putting a job in, inside the transaction that needs it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import structlog
from contracts.event import Lane
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger()

SYNC = "connection-sync"
HINTS = "hinted-records-fetch"
ERASE = "records-erase"
SCHEDULE = "connection-sync-scheduler"
REVIVE = "stalled-jobs-revive"
TIDY = "spent-files-delete"
ACT = "action-carry-out"

ERRANDS = "errands"
"""The queue of what is asked for now: records that a provider named, and actions. Runs, which may take hours, have
queues of their own, so that they hold none of it up."""

UPKEEP = "upkeep"
"""The queue of short work. Syncs have a queue for each lane, so that no first sync keeps a change waiting."""

# Never opened: it only writes jobs, on the connections it is given.
_writer = App(connector=PsycopgConnector())


_DUE_NOW = text("""
UPDATE procrastinate_jobs SET scheduled_at = NULL, queue_name = :queue
WHERE queueing_lock = :queueing_lock AND status = 'todo'
""")


async def defer_sync(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, lane: Lane, *, after: timedelta = timedelta()
) -> None:
    """Queue the sync of a run if the transaction commits; one that is queued already will do, made due now."""
    due_at = datetime.now(UTC) + after if after else None
    key = str(connection_id)
    if not await _defer(conn, SYNC, lane, workspace_id, connection_id, queueing_lock=key, schedule_at=due_at):
        # It was left by a run that is over, and that may have waited for an hour: the new one need not.
        await conn.execute(_DUE_NOW, {"queue": lane, "queueing_lock": str(connection_id)})


_DUE_AT = text("""
UPDATE procrastinate_jobs SET scheduled_at = greatest(scheduled_at, :due_at)
WHERE queueing_lock = :queueing_lock AND status = 'todo'
""")


async def defer_hints(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, after: timedelta | None = None
) -> None:
    """Queue the fetching of what is wanted of a connection, if the transaction commits: one job, however much it is.

    Its lock is none of a sync's: a first sync, which may take hours, keeps no change waiting.
    """
    lock = f"hints {connection_id}"
    due_at = datetime.now(UTC) + after if after else None
    deferred = await _defer(
        conn, HINTS, ERRANDS, workspace_id, connection_id, queueing_lock=lock, lock=lock, schedule_at=due_at
    )
    if not deferred and due_at:
        await conn.execute(_DUE_AT, {"due_at": due_at, "queueing_lock": lock})


async def defer_erasure(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID | None, *, removed_at: datetime | None = None
) -> None:
    """Queue the deletion of a connection's records, or of all a workspace has, if the transaction commits."""
    queueing_lock = f"erase {connection_id or workspace_id}"
    # Above the syncs, because a lock is given in the order of the queue: a sync that waits an hour would hold it.
    await _defer(
        conn,
        ERASE,
        UPKEEP,
        workspace_id,
        connection_id,
        queueing_lock=queueing_lock,
        priority=1,
        removed_at=removed_at.isoformat() if removed_at else None,
    )


async def defer_action(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, action_id: UUID, *, contact_id: str | None
) -> None:
    """Queue an action if the transaction commits; those about one contact wait for each other, and for no sync."""
    await _defer(
        conn,
        ACT,
        ERRANDS,
        workspace_id,
        connection_id,
        lock=f"act {connection_id} {contact_id or action_id}",
        queueing_lock=f"act {action_id}",
        action_id=str(action_id),
    )


async def _defer(
    conn: AsyncConnection,
    task: str,
    queue: str,
    workspace_id: UUID,
    connection_id: UUID | None,
    *,
    queueing_lock: str,
    lock: str | None = None,
    priority: int = 0,
    schedule_at: datetime | None = None,
    **more: str | None,
) -> bool:
    driver = (await conn.get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    job = _writer.configure_task(
        task,
        queue=queue,
        lock=lock or str(connection_id or workspace_id),
        queueing_lock=queueing_lock,
        priority=priority,
        schedule_at=schedule_at,
        connection=driver,
    )
    try:
        async with conn.begin_nested():
            await job.defer_async(
                workspace_id=str(workspace_id), connection_id=str(connection_id) if connection_id else None, **more
            )
    except AlreadyEnqueued:
        log.debug("job_already_queued", task=task, connection_id=connection_id)
        return False
    return True

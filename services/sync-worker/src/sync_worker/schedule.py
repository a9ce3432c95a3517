"""Asking for syncs: by hand, by the clock, because something changed; and calling them off."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.connections import ConnectionAuthorized, ConnectionBroken
from contracts.syncs import SyncMode, SyncProgressed, SyncState
from servicekit.errors import Conflict, NotFound
from servicekit.outbox import publish
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import jobs, queries, run_queries
from sync_worker.run import lane_of


class ConnectionNotFound(NotFound):
    """No such connection, or none that this workspace may see."""

    slug = "connection-not-found"
    title = "No such connection"


class ConnectionNotActive(Conflict):
    """The connection is broken or removed: a person must connect again first."""

    slug = "connection-not-active"
    title = "This account must be connected again first"


async def request_sync(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> UUID:
    """Queue a run, or return the one that has not ended yet.

    Raises `ConnectionNotFound` and `ConnectionNotActive`.
    """
    known = await queries.lock_connection(conn, workspace_id, connection_id)
    if known is None:
        raise ConnectionNotFound
    if known.state != "active":
        raise ConnectionNotActive
    under_way = await run_queries.find_run_under_way(conn, workspace_id, connection_id)
    if under_way:
        sync_id: UUID = under_way.sync_id
        return sync_id
    mode: SyncMode = "incremental" if known.synced_at else "first"
    sync_id = await run_queries.create_run(conn, workspace_id, connection_id, mode)
    await jobs.defer_sync(conn, workspace_id, connection_id, lane_of(mode))
    return sync_id


async def request_news(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """See to it that a run begins after now, because something changed; a dead connection has no news."""
    if not await _is_active(conn, workspace_id, connection_id):
        return
    under_way = await run_queries.find_run_under_way(conn, workspace_id, connection_id)
    if under_way and under_way.state != "queued":
        await run_queries.ask_again(conn, workspace_id, under_way.sync_id)
    else:
        await request_sync(conn, workspace_id, connection_id)


async def request_due_sync(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, every: timedelta) -> None:
    """Queue the scheduled run of a connection, and schedule the next."""
    if await _is_active(conn, workspace_id, connection_id):
        await queries.set_next_sync(conn, workspace_id, connection_id, every)
        await request_sync(conn, workspace_id, connection_id)


async def _is_active(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> bool:
    known = await queries.lock_connection(conn, workspace_id, connection_id)
    return known is not None and known.state == "active"


async def welcome(conn: AsyncConnection, event: ConnectionAuthorized) -> None:
    """Know a connection as active, new or again, and queue its sync; old news changes nothing."""
    if await queries.save_connection(conn, event):
        await request_news(conn, event.workspace_id, event.connection_id)


async def suspend(conn: AsyncConnection, event: ConnectionBroken) -> None:
    """Stop syncing a connection until it is welcomed again; nothing if it was since this happened."""
    known = await queries.lock_connection(conn, event.workspace_id, event.connection_id)
    if known is not None and known.state == "active" and not is_outlived(known, event.broken_at):
        await queries.set_connection_state(conn, event.workspace_id, event.connection_id, "broken")
        await stop_syncing(conn, event.workspace_id, event.connection_id, "failed", event.reason)


def is_outlived(known: Row[Any], happened_at: datetime | None) -> bool:
    """Whether a person connected the account again since this happened: what comes late must not undo that."""
    authorized_at: datetime | None = known.authorized_at
    return happened_at is not None and authorized_at is not None and happened_at < authorized_at


async def stop_syncing(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, state: SyncState, problem: str | None
) -> None:
    """End the run under way, if there is one: its worker finds out with its next page."""
    under_way = await run_queries.find_run_under_way(conn, workspace_id, connection_id)
    if under_way:
        await run_queries.end_run(conn, workspace_id, under_way.sync_id, state, problem)
        publish(conn, [_progress(under_way, state)], lane="live")


def _progress(under_way: Row[Any], state: SyncState) -> SyncProgressed:
    return SyncProgressed(
        workspace_id=under_way.workspace_id,
        connection_id=under_way.connection_id,
        sync_id=under_way.sync_id,
        mode=under_way.mode,
        state=state,
    )

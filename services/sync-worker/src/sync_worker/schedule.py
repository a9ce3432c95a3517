"""Asking for syncs: by hand, by the clock, because something changed; and calling them off."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.connections import ConnectionAuthorized, ConnectionBroken, ConnectionPaused, ConnectionResumed
from contracts.syncs import SyncMode, SyncProgressed, SyncState
from providers.registry import FILES
from servicekit.errors import Conflict, NotFound
from servicekit.outbox import publish
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import file_queries, jobs, queries, run_queries
from sync_worker.run import Pace, lane_of


class ConnectionNotFound(NotFound):
    """No such connection, or none that this workspace may see."""

    slug = "connection-not-found"
    title = "No such connection"


class ConnectionNotActive(Conflict):
    """The connection is broken or removed: a person must connect again first."""

    slug = "connection-not-active"
    title = "This account must be connected again first"


class ConnectionIsPaused(Conflict):
    """The connection rests, as a person wanted."""

    slug = "connection-paused"
    title = "This connection is paused; resume it first"


class NothingToRead(Conflict):
    """A file has been read to its end, and says nothing new by itself."""

    slug = "nothing-to-read"
    title = "This file has been read; hand it over again when it has changed"


PAUSED = "Paused; it goes on from here when the connection is resumed."
OVERTAKEN = "Called off for one that reads everything again."


async def request_sync(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, anew: bool = False) -> UUID:
    """Queue a run, or return the one that has not ended yet; `anew` asks for one that reads everything.

    Raises `ConnectionNotFound`, `ConnectionIsPaused`, `ConnectionNotActive` and `NothingToRead`.
    """
    known = await queries.lock_connection(conn, workspace_id, connection_id)
    if known is None:
        raise ConnectionNotFound
    if known.state == "paused":
        raise ConnectionIsPaused
    if known.state != "active":
        raise ConnectionNotActive
    under_way = await run_queries.find_run_under_way(conn, workspace_id, connection_id)
    if under_way and not (anew and under_way.mode == "incremental"):
        sync_id: UUID = under_way.sync_id
        return sync_id
    if is_file(known) and not await _awaits_reading(conn, workspace_id, connection_id):
        raise NothingToRead
    if anew and known.synced_at:
        await _begin_anew(conn, workspace_id, connection_id)
    mode = _mode_of(known, anew=anew)
    sync_id = await run_queries.create_run(conn, workspace_id, connection_id, mode)
    await jobs.defer_sync(conn, workspace_id, connection_id, lane_of(mode))
    return sync_id


async def _begin_anew(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Forget where every stream stood: what the run under way would still bring, the next one brings as well."""
    await stop_syncing(conn, workspace_id, connection_id, "cancelled", OVERTAKEN)
    await run_queries.begin_anew(conn, workspace_id, connection_id)
    await queries.begin_full(conn, workspace_id, connection_id)


async def request_news(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """See to it that a run begins after now, because something changed.

    A dead connection has no news, and a file only when it is handed over.
    """
    known = await queries.lock_connection(conn, workspace_id, connection_id)
    if known is None or known.state != "active" or is_file(known):
        return
    under_way = await run_queries.find_run_under_way(conn, workspace_id, connection_id)
    if under_way and under_way.state != "queued":
        await run_queries.ask_again(conn, workspace_id, under_way.sync_id)
    else:
        await request_sync(conn, workspace_id, connection_id)


async def request_due_sync(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, every: Pace) -> None:
    """Queue the scheduled run of a connection, and schedule the next; now and then it reads everything again."""
    known = await queries.lock_connection(conn, workspace_id, connection_id)
    if known is not None and known.state == "active":
        await queries.set_next_sync(conn, workspace_id, connection_id, every)
        is_full_due = known.full_sync_at is not None and known.full_sync_at <= datetime.now(UTC)
        await request_sync(conn, workspace_id, connection_id, anew=is_full_due and not is_file(known))


async def come_back(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, after: timedelta) -> None:
    """Queue the job of the run under way for later; nothing if it was called off since.

    A job that came back as itself would meet the one of the run that took its place.
    """
    await queries.lock_connection(conn, workspace_id, connection_id)
    under_way = await run_queries.find_run_under_way(conn, workspace_id, connection_id)
    if under_way is None or under_way.state == "queued":
        return  # there is none, or it has its job
    await jobs.defer_sync(conn, workspace_id, connection_id, lane_of(under_way.mode), after=after)


def is_file(known: Row[Any]) -> bool:
    """Whether a connection is a file, which has nothing to say until somebody hands it over."""
    return known.provider in FILES


def _mode_of(known: Row[Any], *, anew: bool) -> SyncMode:
    if not known.synced_at:
        return "first"
    # A reading of everything that failed or was called off goes on where it stood.
    return "full" if anew or is_file(known) or known.full_began_at else "incremental"


async def _awaits_reading(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> bool:
    file = await file_queries.find_file(conn, workspace_id, connection_id)
    return file is not None and file.state == "waiting"


async def welcome(conn: AsyncConnection, event: ConnectionAuthorized) -> None:
    """Know a connection as active, new or again, and queue its sync; old news changes nothing.

    A file is synced when it has arrived, and not on its connection's account.
    """
    if not await queries.save_connection(conn, event):
        return
    if event.provider in FILES:
        await queries.set_next_sync(conn, event.workspace_id, event.connection_id, None)
    else:
        await request_news(conn, event.workspace_id, event.connection_id)


async def suspend(conn: AsyncConnection, event: ConnectionBroken) -> None:
    """Stop syncing a connection until it is welcomed again; nothing if it was since this happened."""
    known = await queries.lock_connection(conn, event.workspace_id, event.connection_id)
    if known is not None and known.state == "active" and not is_outlived(known, event.broken_at):
        await queries.set_connection_state(conn, event.workspace_id, event.connection_id, "broken")
        await stop_syncing(conn, event.workspace_id, event.connection_id, "failed", event.reason)


async def pause(conn: AsyncConnection, event: ConnectionPaused) -> None:
    """Let a connection rest; the run under way is called off, and where it stood is kept."""
    known = await queries.lock_connection(conn, event.workspace_id, event.connection_id)
    if known is None or known.state != "active" or is_outlived(known, event.paused_at):
        return
    await queries.set_standing(conn, event.workspace_id, event.connection_id, "paused", event.paused_at)
    await stop_syncing(conn, event.workspace_id, event.connection_id, "cancelled", PAUSED)


async def resume(conn: AsyncConnection, event: ConnectionResumed) -> None:
    """Let a connection that rests go on, at once."""
    known = await queries.lock_connection(conn, event.workspace_id, event.connection_id)
    if known is None or known.state not in {"active", "paused"} or is_outlived(known, event.resumed_at):
        return
    await queries.set_standing(conn, event.workspace_id, event.connection_id, "active", event.resumed_at)
    if known.state == "paused":
        await request_news(conn, event.workspace_id, event.connection_id)


def is_outlived(known: Row[Any], happened_at: datetime | None) -> bool:
    """Whether a person connected, paused or resumed since this happened: what comes late must not undo that."""
    since = max(filter(None, (known.authorized_at, known.stood_at)), default=None)
    return happened_at is not None and since is not None and happened_at < since


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

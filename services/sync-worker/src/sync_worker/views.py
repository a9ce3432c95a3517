"""What people read of runs and of what could not be read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts.pages import ItemPage
from contracts.syncs import CoverageView, SkippedView, SyncState, SyncView
from servicekit.errors import NotFound
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import coverage_queries, queries, run_queries
from sync_worker.coverage import compare
from sync_worker.runs import counts_of
from sync_worker.schedule import ConnectionNotFound

RAW_SHOWN_BYTES = 4_000


class SyncNotFound(NotFound):
    """No such run, or none that this workspace may see."""

    slug = "sync-not-found"
    title = "No such sync"


async def get_sync(conn: AsyncConnection, workspace_id: UUID, sync_id: UUID) -> SyncView:
    """Return a run. Raises `SyncNotFound`."""
    found = await queries.find_run(conn, workspace_id, sync_id)
    if found is None:
        raise SyncNotFound
    return (await _views(conn, workspace_id, [found]))[0]


async def list_syncs(
    conn: AsyncConnection,
    workspace_id: UUID,
    connection_id: UUID,
    *,
    state: SyncState | None = None,
    cursor: UUID | None,
    limit: int,
) -> ItemPage[SyncView]:
    """List the runs of a connection, or those in one state, the newest first. Raises `ConnectionNotFound`."""
    await expect_connection(conn, workspace_id, connection_id)
    found = await queries.list_runs(conn, workspace_id, connection_id, state=state, before=cursor, at_most=limit + 1)
    items = await _views(conn, workspace_id, found[:limit])
    return ItemPage(items=items, next_cursor=str(items[-1].id) if len(found) > limit else None)


async def list_all_syncs(
    conn: AsyncConnection, workspace_id: UUID, *, telling: bool, cursor: UUID | None, limit: int
) -> ItemPage[SyncView]:
    """List the runs of a workspace, the newest first; `telling` leaves out those that found nothing new."""
    found = await run_queries.list_all_runs(conn, workspace_id, telling=telling, before=cursor, at_most=limit + 1)
    items = await _views(conn, workspace_id, found[:limit])
    return ItemPage(items=items, next_cursor=str(items[-1].id) if len(found) > limit else None)


async def list_skipped(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, cursor: UUID | None, limit: int
) -> ItemPage[SkippedView]:
    """List the records of a connection that could not be read, the newest first. Raises `ConnectionNotFound`."""
    await expect_connection(conn, workspace_id, connection_id)
    found = await queries.list_skipped(conn, workspace_id, connection_id, before=cursor, at_most=limit + 1)
    items = [
        SkippedView(
            id=row.skipped_id,
            sync_id=row.sync_id,
            stream=row.stream,
            provider_id=row.provider_id,
            reason=row.reason,
            line=row.line,
            raw=row.raw[:RAW_SHOWN_BYTES].decode(errors="replace"),
            skipped_at=row.skipped_at,
        )
        for row in found[:limit]
    ]
    return ItemPage(items=items, next_cursor=str(items[-1].id) if len(found) > limit else None)


async def get_coverage(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> CoverageView:
    """Compare what a connection's provider counted and what we hold, when all was read last.

    Raises `ConnectionNotFound`.
    """
    await expect_connection(conn, workspace_id, connection_id)
    found = await coverage_queries.find_counted_run(conn, workspace_id, connection_id)
    if found is None:
        return CoverageView(connection_id=connection_id)
    view = (await _views(conn, workspace_id, [found]))[0]
    return CoverageView(connection_id=connection_id, sync_id=view.id, counted_at=view.finished_at, items=view.coverage)


async def _views(conn: AsyncConnection, workspace_id: UUID, found: Sequence[Row[Any]]) -> list[SyncView]:
    streams = await run_queries.list_streams(conn, workspace_id, [row.sync_id for row in found])
    return [_view(row, [stream for stream in streams if stream.sync_id == row.sync_id]) for row in found]


def _view(row: Row[Any], streams: Sequence[Row[Any]]) -> SyncView:
    return SyncView(
        id=row.sync_id,
        connection_id=row.connection_id,
        mode=row.mode,
        state=row.state,
        counts={stream.stream: counts_of(stream) for stream in streams},
        total={stream.stream: stream.total for stream in streams if stream.total is not None},
        started_at=row.started_at,
        finished_at=row.finished_at,
        retry_at=row.retry_at,
        problem=row.problem,
        problems={stream.stream: stream.problem for stream in streams if stream.problem},
        coverage=tuple(compare(stream) for stream in streams if stream.held is not None),
    )


async def expect_connection(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Raise `ConnectionNotFound` when this workspace never had such a connection."""
    if not await queries.connection_exists(conn, workspace_id, connection_id):
        raise ConnectionNotFound

"""The SQL of runs and of their streams."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.interactions import InteractionKind
from contracts.syncs import SyncCounts, SyncMode, SyncState
from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.run import Position, Run, StreamState
from sync_worker.tables import COUNTS, UNDER_WAY, stream_state, sync_run, sync_stream


async def create_run(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, mode: SyncMode) -> UUID:
    """Queue a run and return its id."""
    statement = insert(sync_run).values(workspace_id=workspace_id, connection_id=connection_id, mode=mode)
    sync_id: UUID = (await conn.execute(statement.returning(sync_run.c.sync_id))).scalar_one()
    return sync_id


async def find_run_under_way(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Row[Any] | None:
    """Find the run of a connection that has not ended."""
    statement = select(sync_run).where(*_under_way(workspace_id, connection_id))
    return (await conn.execute(statement)).one_or_none()


async def ask_again(conn: AsyncConnection, workspace_id: UUID, sync_id: UUID) -> None:
    """Note that another run must follow this one: something may have changed behind its back."""
    await conn.execute(update(sync_run).where(*_this(workspace_id, sync_id)).values(again=True))


async def start_run(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Row[Any] | None:
    """Begin the next attempt of the run under way; any earlier attempt can write no more."""
    statement = (
        update(sync_run)
        .where(*_under_way(workspace_id, connection_id))
        .values(state="running", attempt=sync_run.c.attempt + 1, retry_at=None, problem=None)
    )
    begun: Row[Any] | None = (await conn.execute(statement.returning(sync_run))).one_or_none()
    return begun


# The connection first, as everywhere: who calls a run off holds its connection, and then wants the run.
_LOCK_RUN = text("""
WITH held AS MATERIALIZED (
    SELECT c.connection_id FROM connection c
    WHERE (c.workspace_id, c.connection_id, c.state) = (:workspace_id, :connection_id, 'active')
    FOR NO KEY UPDATE
)
SELECT r.failures FROM sync_run r JOIN held USING (connection_id)
WHERE (r.workspace_id, r.sync_id, r.attempt, r.state) = (:workspace_id, :sync_id, :attempt, 'running')
FOR NO KEY UPDATE OF r
""")


async def lock_run(conn: AsyncConnection, run: Run) -> int | None:
    """Lock a run and tell how often it failed in a row; None when this attempt at it is over."""
    where = {
        "workspace_id": run.workspace_id,
        "connection_id": run.connection_id,
        "sync_id": run.sync_id,
        "attempt": run.attempt,
    }
    failures: int | None = (await conn.execute(_LOCK_RUN, where)).scalar_one_or_none()
    return failures


async def set_failures(conn: AsyncConnection, run: Run, failures: int) -> None:
    """Note how often a run failed in a row."""
    await conn.execute(update(sync_run).where(*_this(run.workspace_id, run.sync_id)).values(failures=failures))


async def let_run_wait(conn: AsyncConnection, run: Run, retry_at: datetime, problem: str) -> None:
    """Let a run wait, and say why."""
    await conn.execute(
        update(sync_run)
        .where(*_this(run.workspace_id, run.sync_id))
        .values(state="waiting", retry_at=retry_at, problem=problem)
    )


async def end_run(
    conn: AsyncConnection, workspace_id: UUID, sync_id: UUID, state: SyncState, problem: str | None
) -> bool:
    """End a run; tell whether another must follow."""
    statement = (
        update(sync_run)
        .where(*_this(workspace_id, sync_id))
        .values(state=state, problem=problem, finished_at=func.clock_timestamp(), retry_at=None)
    )
    return bool((await conn.execute(statement.returning(sync_run.c.again))).scalar_one())


# Streams --------------------------------------------------------------------------------------------------------


async def list_positions(conn: AsyncConnection, run: Run) -> dict[str, Position]:
    """Tell where each stream stands that was ever read."""
    ours = (
        select(sync_stream)
        .where(sync_stream.c.workspace_id == run.workspace_id, sync_stream.c.sync_id == run.sync_id)
        .subquery()
    )
    kept = select(stream_state).where(*_whose(run)).subquery()
    stream = func.coalesce(kept.c.stream, ours.c.stream).label("stream")
    statement = select(stream, kept.c.bookmark, kept.c.cursor, kept.c.listing, ours.c.state).select_from(
        kept.outerjoin(ours, kept.c.stream == ours.c.stream, full=True)
    )
    return {
        row.stream: Position(bookmark=row.bookmark, cursor=row.cursor, listing=row.listing, state=row.state)
        for row in await conn.execute(statement)
    }


async def expect_total(conn: AsyncConnection, run: Run, stream: str, total: int | None) -> None:
    """Note how many records a stream should bring."""
    statement = insert(sync_stream).values(
        workspace_id=run.workspace_id, sync_id=run.sync_id, stream=stream, state="running", total=total
    )
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["workspace_id", "sync_id", "stream"], set_={"total": total})
    )


async def set_listing(
    conn: AsyncConnection, run: Run, stream: str, listing: UUID | None, kind: InteractionKind | None = None
) -> None:
    """Note which reading that shows everything of a kind a stream is in, or that it is in none."""
    reading = {"listing": listing, "listing_kind": None if listing is None else kind or ""}
    statement = insert(stream_state).values(
        workspace_id=run.workspace_id, connection_id=run.connection_id, stream=stream, **reading
    )
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["workspace_id", "connection_id", "stream"], set_=reading)
    )


async def begin_anew(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Let the next run of a connection read every stream from its start."""
    await conn.execute(
        update(stream_state)
        .where(stream_state.c.workspace_id == workspace_id, stream_state.c.connection_id == connection_id)
        .values(cursor=None, bookmark=None, listing=None, listing_kind=None)
    )


async def count_gone(conn: AsyncConnection, run: Run, stream: str, gone: int) -> None:
    """Count records that went because a complete reading did not show them."""
    await conn.execute(
        update(sync_stream)
        .where(
            sync_stream.c.workspace_id == run.workspace_id,
            sync_stream.c.sync_id == run.sync_id,
            sync_stream.c.stream == stream,
        )
        .values(gone=sync_stream.c.gone + gone)
    )


_MOVE = text("""
WITH moved AS (
    INSERT INTO stream_state AS p (workspace_id, connection_id, stream, bookmark, cursor)
    VALUES (:workspace_id, :connection_id, :stream, CAST(:bookmark AS text), CAST(:cursor AS text))
    ON CONFLICT (workspace_id, connection_id, stream) DO UPDATE SET
        cursor = excluded.cursor,
        bookmark = CASE WHEN excluded.cursor IS NULL THEN excluded.bookmark ELSE p.bookmark END
)
INSERT INTO sync_stream AS t
    (workspace_id, sync_id, stream, state, total, fetched, added, updated, unchanged, gone, skipped, problem)
VALUES (:workspace_id, :sync_id, :stream, :state, CAST(:total AS bigint),
        :fetched, :added, :updated, :unchanged, :gone, :skipped, CAST(:gap AS text))
ON CONFLICT (workspace_id, sync_id, stream) DO UPDATE SET
    state = excluded.state, total = coalesce(excluded.total, t.total), fetched = t.fetched + excluded.fetched,
    added = t.added + excluded.added, updated = t.updated + excluded.updated,
    unchanged = t.unchanged + excluded.unchanged, gone = t.gone + excluded.gone,
    skipped = t.skipped + excluded.skipped, problem = coalesce(excluded.problem, t.problem)
RETURNING *
""")


async def move_stream(
    conn: AsyncConnection,
    run: Run,
    stream: str,
    counts: SyncCounts,
    *,
    cursor: str | None,
    bookmark: str | None,
    total: int | None,
    gap: str | None,
) -> Row[Any]:
    """Move a stream past a page and count it; without a cursor the stream is done. Return its sums so far.

    A `gap` becomes the stream's problem, which does not end it.
    """
    values = {name: getattr(counts, name) for name in COUNTS} | {
        "workspace_id": run.workspace_id,
        "connection_id": run.connection_id,
        "sync_id": run.sync_id,
        "stream": stream,
        "cursor": cursor,
        "bookmark": bookmark,
        "total": total,
        "gap": gap,
        "state": "running" if cursor else "done",
    }
    return (await conn.execute(_MOVE, values)).one()


async def refuse_stream(conn: AsyncConnection, run: Run, stream: str, problem: str) -> None:
    """Note that a provider refuses a stream; the next run reads it from its bookmark."""
    values: dict[str, StreamState | str] = {"state": "refused", "problem": problem}
    statement = insert(sync_stream).values(workspace_id=run.workspace_id, sync_id=run.sync_id, stream=stream, **values)
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["workspace_id", "sync_id", "stream"], set_=values)
    )
    whose = _whose(run)
    await conn.execute(update(stream_state).where(*whose, stream_state.c.stream == stream).values(cursor=None))


async def list_streams(conn: AsyncConnection, workspace_id: UUID, sync_ids: Sequence[UUID]) -> list[Row[Any]]:
    """List what runs read, stream by stream."""
    statement = (
        select(sync_stream)
        .where(sync_stream.c.workspace_id == workspace_id, sync_stream.c.sync_id.in_(sync_ids))
        .order_by(sync_stream.c.stream)
    )
    return list(await conn.execute(statement))


def _this(workspace_id: UUID, sync_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (sync_run.c.workspace_id == workspace_id, sync_run.c.sync_id == sync_id)


def _under_way(workspace_id: UUID, connection_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        sync_run.c.workspace_id == workspace_id,
        sync_run.c.connection_id == connection_id,
        sync_run.c.state.in_(UNDER_WAY),
    )


def _whose(run: Run) -> tuple[ColumnElement[bool], ...]:
    return (stream_state.c.workspace_id == run.workspace_id, stream_state.c.connection_id == run.connection_id)


async def list_all_runs(
    conn: AsyncConnection, workspace_id: UUID, *, telling: bool, before: UUID | None, at_most: int
) -> list[Row[Any]]:
    """List a workspace's runs, the newest first; `telling` leaves out those that changed no record and went well."""
    statement = select(sync_run).where(sync_run.c.workspace_id == workspace_id)
    if telling:
        stream = sync_stream.c
        of_run = and_(stream.workspace_id == workspace_id, stream.sync_id == sync_run.c.sync_id)
        has_news = stream.added + stream.updated + stream.gone + stream.skipped > 0
        has_told = exists().where(of_run, or_(has_news, stream.problem.is_not(None)))
        statement = statement.where(or_(sync_run.c.state.in_(("failed", "cancelled")), has_told))
    if before:
        statement = statement.where(sync_run.c.sync_id < before)
    return list(await conn.execute(statement.order_by(sync_run.c.sync_id.desc()).limit(at_most)))

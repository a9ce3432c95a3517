"""Sync runs: begun, put off, ended. Only the latest attempt at a run may write."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.syncs import SyncCounts, SyncProgressed, SyncState
from servicekit.outbox import publish
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import file_queries, hint_queries, jobs, queries, run_queries, schedule
from sync_worker.run import PATIENCE, Pace, Run, wait_after
from sync_worker.tables import COUNTS


class RunOver(Exception):
    """An attempt at a run may write no more: the run ended, the connection went, or another worker took it over."""


async def begin_run(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Run | None:
    """Begin the run under way, or go on with it; None when there is nothing to do."""
    known = await queries.lock_connection(conn, workspace_id, connection_id)
    begun = await run_queries.start_run(conn, workspace_id, connection_id) if known else None
    if known is None or begun is None:
        return None
    run = Run(
        workspace_id=workspace_id,
        connection_id=connection_id,
        sync_id=begun.sync_id,
        provider=known.provider,
        mode=begun.mode,
        attempt=begun.attempt,
    )
    report(conn, run, "running")
    return run


async def hold_run(conn: AsyncConnection, run: Run) -> int:
    """Lock a run for this transaction; return how often it failed in a row. Raises `RunOver`."""
    failures = await run_queries.lock_run(conn, run)
    if failures is None:
        raise RunOver
    return failures


async def refuse_stream(conn: AsyncConnection, run: Run, stream: str, problem: str) -> None:
    """Leave a stream out that the provider refuses; the others go on. Raises `RunOver`."""
    await hold_run(conn, run)
    await run_queries.refuse_stream(conn, run, stream, problem)


async def put_off(conn: AsyncConnection, run: Run, after: timedelta, reason: str) -> None:
    """Let a run wait as long as its provider says; it goes on where it stands. Raises `RunOver`."""
    await hold_run(conn, run)
    retry_at = datetime.now(UTC) + after
    await run_queries.let_run_wait(conn, run, retry_at, reason)
    report(conn, run, "waiting", retry_at=retry_at)


async def fall_back(
    conn: AsyncConnection, run: Run, problem: str, *, at_least: timedelta, every: Pace
) -> timedelta | None:
    """Let a run that failed wait, longer each time; None when it has failed too often and ends.

    Raises `RunOver`.
    """
    # The strongest lock first: a page's lock on the connection could not be raised while an event waits for it.
    await queries.lock_connection(conn, run.workspace_id, run.connection_id)
    failures = await hold_run(conn, run) + 1
    if failures > PATIENCE:
        await end_run(conn, run, every=every, problem=problem)
        return None
    await run_queries.set_failures(conn, run, failures)
    after = max(wait_after(failures), at_least)
    await put_off(conn, run, after, problem)
    return after


async def end_run(conn: AsyncConnection, run: Run, *, every: Pace, problem: str | None = None) -> None:
    """End a run, as failed if there is a problem, and see to what follows. Raises `RunOver`.

    A stream that was refused does not make the run fail unless all were: what the others brought counts, and the
    problem names the refused ones. It also says what a provider no longer tells of.
    """
    await queries.lock_connection(conn, run.workspace_id, run.connection_id)  # as in `fall_back`
    await hold_run(conn, run)
    streams = await run_queries.list_streams(conn, run.workspace_id, [run.sync_id])
    refused = [stream for stream in streams if stream.state == "refused"]
    failed = problem is not None or (bool(refused) and len(refused) == len(streams))
    said = problem or " ".join(f"{stream.stream}: {stream.problem}" for stream in streams if stream.problem) or None
    state: SyncState = "failed" if failed else "succeeded"
    again = await run_queries.end_run(conn, run.workspace_id, run.sync_id, state, said)
    is_file_read = False
    if not failed:
        await queries.note_synced(conn, run)
        await queries.set_next_full(conn, run, every.full_every)
        is_file_read = await file_queries.mark_read(conn, run.workspace_id, run.connection_id)
    await queries.set_next_sync(conn, run.workspace_id, run.connection_id, None if is_file_read else every)
    report(conn, run, state, counts=_sum(streams))
    if await hint_queries.unpark(conn, run):
        await jobs.defer_hints(conn, run.workspace_id, run.connection_id)
    if again:
        await schedule.request_sync(conn, run.workspace_id, run.connection_id)


def report(
    conn: AsyncConnection,
    run: Run,
    state: SyncState,
    *,
    stream: str | None = None,
    counts: SyncCounts = SyncCounts(),  # noqa: B008 - frozen
    total: int | None = None,
    retry_at: datetime | None = None,
) -> None:
    """Publish how a run is doing, in the live lane whatever lane its records take."""
    progress = SyncProgressed(
        workspace_id=run.workspace_id,
        connection_id=run.connection_id,
        sync_id=run.sync_id,
        mode=run.mode,
        state=state,
        stream=stream,
        counts=counts,
        total=total,
        retry_at=retry_at,
    )
    publish(conn, [progress], lane="live")


def counts_of(row: Row[Any]) -> SyncCounts:
    """Read the counts of a stream."""
    return SyncCounts(**{name: getattr(row, name) for name in COUNTS})


def _sum(streams: Sequence[Row[Any]]) -> SyncCounts:
    return SyncCounts(**{name: sum(getattr(stream, name) for stream in streams) for name in COUNTS})

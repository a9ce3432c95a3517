"""The SQL of counting: what we hold of a source, and why it may be less than the source has."""

from typing import Any
from uuid import UUID

from contracts.interactions import InteractionKind
from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.run import Run
from sync_worker.tables import sync_run, sync_stream

_TAKE_STOCK = """
UPDATE sync_stream SET
    counted = CAST(:counted AS bigint),
    held = (SELECT count(*) FROM {table} s
        WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id {of_kind} AND s.gone_at IS NULL),
    unread = (SELECT count(*) FROM skipped_record k
        WHERE k.workspace_id = :workspace_id AND k.connection_id = :connection_id AND k.stream = :stream
          AND NOT EXISTS (SELECT FROM {table} s
            WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id {of_kind}
              AND s.provider_id = k.provider_id AND s.gone_at IS NULL)),
    suppressed = (SELECT count(*) FROM suppressed p
        WHERE p.workspace_id = :workspace_id AND p.connection_id = :connection_id AND p.kind = :kind)
WHERE workspace_id = :workspace_id AND sync_id = :sync_id AND stream = :stream
"""
_CONTACTS = text(_TAKE_STOCK.format(table="source_contact", of_kind=""))
_INTERACTIONS = text(_TAKE_STOCK.format(table="source_interaction", of_kind="AND s.kind = :kind"))


async def take_stock(
    conn: AsyncConnection, run: Run, stream: str, kind: InteractionKind | None, counted: int | None
) -> None:
    """Keep on a run what the provider counts of a stream's records, what we hold of them, and what we leave out."""
    where = {
        "workspace_id": run.workspace_id,
        "connection_id": run.connection_id,
        "sync_id": run.sync_id,
        "stream": stream,
        "counted": counted,
        "kind": kind or "",
    }
    await conn.execute(_CONTACTS if kind is None else _INTERACTIONS, where)


async def find_counted_run(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> Row[Any] | None:
    """Find the latest run of a connection that counted and succeeded."""
    counted = (
        select(sync_stream.c.sync_id)
        .where(
            sync_stream.c.workspace_id == workspace_id,
            sync_stream.c.sync_id == sync_run.c.sync_id,
            sync_stream.c.held.is_not(None),
        )
        .exists()
    )
    statement = (
        select(sync_run)
        .where(
            sync_run.c.workspace_id == workspace_id,
            sync_run.c.connection_id == connection_id,
            sync_run.c.state == "succeeded",
            counted,
        )
        .order_by(sync_run.c.sync_id.desc())
        .limit(1)
    )
    return (await conn.execute(statement)).one_or_none()

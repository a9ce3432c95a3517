"""The SQL of actions."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from contracts.actions import ActionState
from sqlalchemy import ColumnElement, Row, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.tables import action

LIVE = ("queued", "running", "succeeded")
"""The states of an action that was done, or may yet be."""


async def save_action(conn: AsyncConnection, workspace_id: UUID, values: dict[str, Any]) -> Row[Any] | None:
    """Keep a new action; None when there is one of its key, or one that undoes the same, already."""
    statement = insert(action).values(workspace_id=workspace_id, **values).on_conflict_do_nothing()
    saved: Row[Any] | None = (await conn.execute(statement.returning(action))).one_or_none()
    return saved


async def find_by_key(conn: AsyncConnection, workspace_id: UUID, key: str) -> Row[Any] | None:
    """Find the action of a caller's key."""
    statement = select(action).where(action.c.workspace_id == workspace_id, action.c.idempotency_key == key)
    return (await conn.execute(statement)).one_or_none()


async def find_action(
    conn: AsyncConnection, workspace_id: UUID, action_id: UUID, *, lock: bool = False
) -> Row[Any] | None:
    """Find an action; with `lock` nobody changes it until the transaction ends."""
    statement = select(action).where(*_this(workspace_id, action_id))
    return (await conn.execute(statement.with_for_update() if lock else statement)).one_or_none()


async def list_actions(
    conn: AsyncConnection,
    workspace_id: UUID,
    *,
    connection_id: UUID | None,
    ids: Collection[UUID] | None,
    before: UUID | None,
    at_most: int,
) -> list[Row[Any]]:
    """List actions, all or those of a connection or of these ids, the newest first."""
    statement = select(action).where(action.c.workspace_id == workspace_id)
    if connection_id:
        statement = statement.where(action.c.connection_id == connection_id)
    if ids is not None:
        statement = statement.where(action.c.action_id.in_(ids))
    if before:
        statement = statement.where(action.c.action_id < before)
    return list(await conn.execute(statement.order_by(action.c.action_id.desc()).limit(at_most)))


async def find_undoings(conn: AsyncConnection, workspace_id: UUID, action_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Tell which of these actions were undone, or are about to be, and by which."""
    statement = select(action.c.undoes, action.c.action_id).where(
        action.c.workspace_id == workspace_id, action.c.undoes.in_(list(action_ids)), action.c.state.in_(LIVE)
    )
    return {row.undoes: row.action_id for row in await conn.execute(statement)}


async def start_action(conn: AsyncConnection, workspace_id: UUID, action_id: UUID) -> Row[Any] | None:
    """Begin the next attempt at an action that has not ended; one that was cut off may have been carried out."""
    unsure = or_(action.c.unsure, action.c.state == "running")
    statement = (
        update(action)
        .where(*_this(workspace_id, action_id), action.c.state.in_(("queued", "running")))
        .values(state="running", attempt=action.c.attempt + 1, unsure=unsure, retry_at=None)
    )
    begun: Row[Any] | None = (await conn.execute(statement.returning(action))).one_or_none()
    return begun


async def let_action_wait(
    conn: AsyncConnection,
    workspace_id: UUID,
    action_id: UUID,
    attempt: int,
    *,
    retry_at: datetime,
    problem: str,
    unsure: bool,
    failures: int,
) -> None:
    """Let an action wait, and say why."""
    statement = update(action).where(*_this(workspace_id, action_id), action.c.attempt == attempt)
    values = {"state": "queued", "retry_at": retry_at, "problem": problem, "unsure": unsure, "failures": failures}
    await conn.execute(statement.values(values))


async def keep_before(
    conn: AsyncConnection, workspace_id: UUID, action_id: UUID, attempt: int, before: Mapping[str, str | None]
) -> bool:
    """Keep what an update is about to replace; False when this attempt at it may write no more."""
    statement = (
        update(action)
        .where(*_this(workspace_id, action_id), action.c.attempt == attempt, action.c.state == "running")
        .values(before=dict(before))
    )
    return (await conn.execute(statement.returning(action.c.action_id))).first() is not None


async def end_action(
    conn: AsyncConnection, workspace_id: UUID, action_id: UUID, attempt: int, state: ActionState, values: dict[str, Any]
) -> bool:
    """End an action; False when this attempt at it may write no more."""
    statement = (
        update(action)
        .where(*_this(workspace_id, action_id), action.c.attempt == attempt, action.c.state == "running")
        .values(state=state, ended_at=func.clock_timestamp(), **values)
    )
    return (await conn.execute(statement.returning(action.c.action_id))).first() is not None


_ERASE = text("""
DELETE FROM action a
USING json_to_recordset(CAST(:sources AS json)) AS e (connection_id uuid, provider_id text)
WHERE a.workspace_id = :workspace_id AND (a.connection_id, a.contact_id) = (e.connection_id, e.provider_id)
""")


async def erase_actions(conn: AsyncConnection, workspace_id: UUID, sources: Iterable[tuple[UUID, str]]) -> None:
    """Delete what was done about erased people: it says who they were."""
    named = [{"connection_id": connection_id, "provider_id": provider_id} for connection_id, provider_id in sources]
    await conn.execute(_ERASE, {"workspace_id": workspace_id, "sources": msgspec.json.encode(named).decode()})


async def delete_old_actions(conn: AsyncConnection, *, kept_for: timedelta, at_most: int) -> int:
    """Delete some actions of all workspaces that ended so long ago; return how many there were."""
    statement = text("SELECT drop_old_actions(:kept_for, :at_most)")
    deleted: int = (await conn.execute(statement, {"kept_for": kept_for, "at_most": at_most})).scalar_one()
    return deleted


def _this(workspace_id: UUID, action_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (action.c.workspace_id == workspace_id, action.c.action_id == action_id)

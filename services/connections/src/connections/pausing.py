"""Letting a connection rest, and going on: its tokens stay fresh meanwhile, and nothing is read."""

from typing import ClassVar
from uuid import UUID

from contracts.connections import ConnectionPaused, ConnectionResumed
from servicekit.errors import Conflict
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from connections import queries
from connections.operations import ConnectionNotFound
from connections.queries import Standing


class NothingToPause(Conflict):
    """A file is read when it is handed over, and never by itself."""

    slug: ClassVar[str] = "nothing-to-pause"
    title: ClassVar[str] = "A file is read only when it is handed over: there is nothing to pause"


class ConnectionNotActive(Conflict):
    """The connection is broken or removed."""

    slug: ClassVar[str] = "connection-not-active"
    title: ClassVar[str] = "This account must be connected again first"


async def pause(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Let a connection rest; one that does already goes on doing so.

    Raises `ConnectionNotFound`, `ConnectionNotActive` and `NothingToPause`.
    """
    standing = await _lock(conn, connection_id)
    if standing.state == "active":
        paused = ConnectionPaused(
            workspace_id=workspace_id,
            connection_id=connection_id,
            provider=standing.provider,
            paused_at=await queries.pause_connection(conn, connection_id),
        )
        publish(conn, [paused])


async def resume(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Let a paused connection go on; one that is not paused does so anyway. Raises as `pause` does."""
    standing = await _lock(conn, connection_id)
    if standing.state == "paused":
        resumed = ConnectionResumed(
            workspace_id=workspace_id,
            connection_id=connection_id,
            provider=standing.provider,
            resumed_at=await queries.resume_connection(conn, connection_id),
        )
        publish(conn, [resumed])


async def _lock(conn: AsyncConnection, connection_id: UUID) -> Standing:
    standing = await queries.find_standing(conn, connection_id, lock=True)
    if standing is None:
        raise ConnectionNotFound
    if standing.state not in {"active", "paused"}:
        raise ConnectionNotActive
    if not standing.is_granted:
        raise NothingToPause
    return standing

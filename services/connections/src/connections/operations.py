"""What happens to connections inside one transaction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from contracts.connections import (
    ConnectionAuthorized,
    ConnectionBroken,
    ConnectionRemoved,
    ConnectionView,
    DataChoice,
    FileConnected,
)
from contracts.pages import ItemPage
from servicekit.errors import NotFound
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from connections import queries, webhook_queries
from connections.grants import SealedGrant, connection_id_of

REVOCATION_SECONDS = 60
"""How long who removed a connection has to give its grant back before the worker tries."""


class ConnectionNotFound(NotFound):
    """There is no such connection, or none that the caller may see."""

    slug: ClassVar[str] = "connection-not-found"
    title: ClassVar[str] = "No such connection"


async def list_connections(conn: AsyncConnection, *, removed: bool) -> ItemPage[ConnectionView]:
    """List the workspace's connections, or those that were removed. There are few: one page."""
    return ItemPage(items=await queries.list_connections(conn, removed=removed))


async def get_connection(conn: AsyncConnection, connection_id: UUID) -> ConnectionView:
    """Show a connection, removed ones too, for their records may be kept. Raises `ConnectionNotFound`."""
    found = await queries.find_connection(conn, connection_id)
    if found is None:
        raise ConnectionNotFound
    return found


async def save_grant(conn: AsyncConnection, sealed: SealedGrant, *, authorized_by: UUID, stays: bool) -> None:
    """Keep a grant that a person just gave, and announce that its connection can be synced.

    With `stays` the account gave the same grant before, if it gave one; otherwise that is to be given back.
    """
    if not stays:
        await queries.find_standing(conn, sealed.connection_id, lock=True)
        await queries.save_revocations(
            conn, connection_id=sealed.connection_id, attempts=0, due_in=timedelta(), for_good=False
        )
    authorized_at = await queries.save_connection(conn, sealed, authorized_by=authorized_by)
    await webhook_queries.want(conn, sealed.workspace_id, sealed.connection_id)
    if stays:
        await queries.delete_revocations_of(conn, sealed.connection_id)
    authorized = ConnectionAuthorized(
        workspace_id=sealed.workspace_id,
        connection_id=sealed.connection_id,
        provider=sealed.provider,
        account_id=sealed.account_id,
        account_name=sealed.account_name,
        authorized_at=authorized_at,
        scopes=sealed.scopes,
    )
    publish(conn, [authorized])


async def connect_file(
    conn: AsyncConnection, workspace_id: UUID, provider: str, name: str, *, handed_over_by: UUID
) -> FileConnected:
    """Make the connection of a file of this name, or find it, and announce it."""
    connection_id = connection_id_of(workspace_id, provider, name)
    authorized_at = await queries.save_file(
        conn, workspace_id, connection_id, provider, name, handed_over_by=handed_over_by
    )
    connected = FileConnected(
        connection_id=connection_id,
        provider=provider,
        account_id=name,
        account_name=name,
        authorized_at=authorized_at,
    )
    publish(conn, [connected.announced(workspace_id)])
    return connected


async def break_connection(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, reason: str, *, holder: UUID | None = None
) -> bool:
    """Note that the provider refuses the grant, and announce it; False when the connection was not active.

    With `holder`, who refreshed says so, and is not believed once the lease is somebody else's.
    """
    row = await queries.break_connection(conn, connection_id, reason, holder=holder)
    if row is None:
        return False
    broken = ConnectionBroken(
        workspace_id=workspace_id,
        connection_id=connection_id,
        provider=row.provider,
        reason=reason,
        broken_at=row.broken_at,
    )
    publish(conn, [broken])
    return True


async def remove_connection(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, data: DataChoice
) -> UUID | None:
    """Remove a connection and wipe its tokens; return the id under which its grant is to be given back.

    Of one that is removed already the records can still be erased; else nothing happens again. Raises
    `ConnectionNotFound`.
    """
    standing = await queries.find_standing(conn, connection_id, lock=True)
    if standing is None:
        raise ConnectionNotFound
    if standing.state == "removed" and (data == "keep" or standing.removed_data == "erase"):
        return None
    noted = await queries.save_revocations(
        conn, connection_id=connection_id, attempts=1, due_in=timedelta(seconds=REVOCATION_SECONDS)
    )
    await webhook_queries.delete_of(conn, connection_id)
    row = await queries.remove_connection(conn, connection_id, data)
    removed = ConnectionRemoved(
        workspace_id=workspace_id,
        connection_id=connection_id,
        provider=row.provider,
        data=data,
        removed_at=row.removed_at,
    )
    publish(conn, [removed])
    return noted[0] if noted else None


async def erase_workspaces(conn: AsyncConnection, workspace_ids: Sequence[UUID]) -> None:
    """Delete all these workspaces have here; their grants go to the worker, to be given back."""
    await queries.save_revocations(conn, workspace_ids=workspace_ids, attempts=0, due_in=timedelta())
    await queries.delete_workspaces(conn, workspace_ids)

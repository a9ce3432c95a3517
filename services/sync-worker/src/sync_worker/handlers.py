"""Events in: connections come, break and go; people and workspaces are erased."""

from collections.abc import Sequence

from contracts.connections import (
    ConnectionAuthorized,
    ConnectionBroken,
    ConnectionPaused,
    ConnectionRemoved,
    ConnectionResumed,
    SyncRequested,
)
from contracts.golden_records import ContactErased
from contracts.workspaces import WorkspaceErased
from servicekit.consumer import Subscription, on
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import erasure, hints, schedule, suppression


async def on_connection_authorized(conn: AsyncConnection, events: Sequence[ConnectionAuthorized]) -> None:
    """Know the connection, and sync it at once."""
    for event in events:
        await schedule.welcome(conn, event)


async def on_sync_requested(conn: AsyncConnection, events: Sequence[SyncRequested]) -> None:
    """Fetch what was named, and sync where nothing was; many words about one connection are one."""
    unnamed = [event for event in events if not event.records]
    for workspace_id, connection_id in dict.fromkeys((event.workspace_id, event.connection_id) for event in unnamed):
        await schedule.request_news(conn, workspace_id, connection_id)
    if named := [event for event in events if event.records]:
        await hints.want(conn, named)


async def on_connection_broken(conn: AsyncConnection, events: Sequence[ConnectionBroken]) -> None:
    """Stop syncing until a person connects again."""
    for event in events:
        await schedule.suspend(conn, event)


async def on_connection_paused(conn: AsyncConnection, events: Sequence[ConnectionPaused]) -> None:
    """Let it rest."""
    for event in events:
        await schedule.pause(conn, event)


async def on_connection_resumed(conn: AsyncConnection, events: Sequence[ConnectionResumed]) -> None:
    """Let it go on where it was."""
    for event in events:
        await schedule.resume(conn, event)


async def on_connection_removed(conn: AsyncConnection, events: Sequence[ConnectionRemoved]) -> None:
    """Stop syncing; keep the records or erase them, as the person chose."""
    for event in events:
        await erasure.remove_connection(conn, event)


async def on_contacts_erased(conn: AsyncConnection, events: Sequence[ContactErased]) -> None:
    """Forget these people's records for good, and what happened with nobody else."""
    await suppression.erase_contacts(conn, events)


async def on_workspaces_erased(conn: AsyncConnection, events: Sequence[WorkspaceErased]) -> None:
    """Forget all of these workspaces."""
    for event in events:
        await erasure.remove_workspace(conn, event.workspace_id)


def subscriptions() -> list[Subscription]:
    """All that sync-worker listens to."""
    return [
        on(ConnectionAuthorized, on_connection_authorized),
        on(SyncRequested, on_sync_requested),
        on(ConnectionBroken, on_connection_broken),
        on(ConnectionPaused, on_connection_paused),
        on(ConnectionResumed, on_connection_resumed),
        on(ConnectionRemoved, on_connection_removed),
        on(ContactErased, on_contacts_erased),
        on(WorkspaceErased, on_workspaces_erased),
    ]

"""Events in."""

from collections.abc import Sequence

from contracts.workspaces import WorkspaceErased
from servicekit.consumer import Subscription, on
from sqlalchemy.ext.asyncio import AsyncConnection

from connections import operations


async def on_workspaces_erased(conn: AsyncConnection, events: Sequence[WorkspaceErased]) -> None:
    """Forget these workspaces."""
    await operations.erase_workspaces(conn, [event.workspace_id for event in events])


def subscriptions() -> list[Subscription]:
    """List what connections listens to."""
    return [on(WorkspaceErased, on_workspaces_erased)]

"""Events in: people and workspaces that are to be forgotten."""

from collections.abc import Sequence

import structlog
from contracts.golden_records import ContactErased
from contracts.workspaces import WorkspaceErased
from servicekit.consumer import Subscription, on
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import proposal_queries, queries

log = structlog.get_logger()


async def on_contacts_erased(conn: AsyncConnection, events: Sequence[ContactErased]) -> None:
    """A person was erased: the conversations in which their golden record stands go, whole, and so do proposals."""
    for event in events:
        records = [f"{connection_id}/{provider_id}" for connection_id, provider_id in event.sources]
        patterns = queries.patterns_of([str(event.golden_id), *records])
        found = await queries.find_naming(conn, event.workspace_id, patterns)
        for key in found:
            await queries.delete_chat(conn, key)
        proposals = await proposal_queries.erase_naming(conn, event.workspace_id, patterns)
        log.info("chats_erased", workspace_id=str(event.workspace_id), chats=len(found), proposals=proposals)


async def on_workspaces_erased(conn: AsyncConnection, events: Sequence[WorkspaceErased]) -> None:
    """Workspaces must go, with all they hold."""
    await queries.erase_workspaces(conn, {event.workspace_id for event in events})


def subscriptions() -> list[Subscription]:
    """All that the agent listens to."""
    return [on(ContactErased, on_contacts_erased), on(WorkspaceErased, on_workspaces_erased)]

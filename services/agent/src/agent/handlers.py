"""Events in: people and workspaces that are to be forgotten."""

from collections.abc import Sequence
from itertools import chain

import msgspec
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
        records = (f"{connection_id}/{provider_id}" for connection_id, provider_id in event.sources)
        golden_ids = map(str, (event.golden_id, *event.previous_ids))
        patterns = queries.patterns_of([*golden_ids, *chain.from_iterable(map(_as_written, records))])
        found = await queries.find_naming(conn, event.workspace_id, patterns)
        found |= await proposal_queries.find_chats_naming(conn, event.workspace_id, patterns)
        for key in found:
            await queries.delete_chat(conn, key)
        await queries.forget_later(conn, event.workspace_id, patterns)
        proposals = await proposal_queries.erase_naming(conn, event.workspace_id, patterns)
        log.info("chats_erased", workspace_id=str(event.workspace_id), chats=len(found), proposals=proposals)


def _as_written(record: str) -> tuple[str, str]:
    """Write a record's name as it stands in JSON, and in JSON within JSON; with its end, as 5 begins 50."""
    once = msgspec.json.encode(record).decode()[1:]
    return once, msgspec.json.encode(once).decode()[1:-1]


async def on_workspaces_erased(conn: AsyncConnection, events: Sequence[WorkspaceErased]) -> None:
    """Workspaces must go, with all they hold."""
    await queries.erase_workspaces(conn, {event.workspace_id for event in events})


def subscriptions() -> list[Subscription]:
    """All that the agent listens to."""
    return [on(ContactErased, on_contacts_erased), on(WorkspaceErased, on_workspaces_erased)]

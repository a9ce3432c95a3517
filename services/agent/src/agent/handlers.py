"""Events in: what was approved and ended, and people and workspaces that are to be forgotten."""

from collections.abc import Sequence
from itertools import chain

import msgspec
import structlog
from contracts.actions import ActionEnded
from contracts.golden_records import ContactErased
from contracts.workspaces import WorkspaceErased
from servicekit.consumer import Subscription, on
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import proposal_queries, proposals, queries
from agent.carrying_out import step_of
from agent.outcomes import Done

log = structlog.get_logger()

ENDS = {
    "succeeded": "done",
    "conflict": "not written: something else is there by now",
    "failed": "it failed; the list of actions says why",
}


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
        erased = await proposal_queries.erase_naming(conn, event.workspace_id, patterns)
        log.info("chats_erased", workspace_id=str(event.workspace_id), chats=len(found), proposals=erased)


async def on_actions_ended(conn: AsyncConnection, events: Sequence[ActionEnded]) -> None:
    """Actions ended: where they are steps of proposals, those are told, whether or not somebody still waits for it."""
    for event in events:
        if step := step_of(event.key):
            await proposals.hear(conn, event.workspace_id, *step, _done(event))


def _done(event: ActionEnded) -> Done:
    undo = f"/actions/{event.action_id}/undo" if (event.state, event.kind) == ("succeeded", "update_contact") else None
    record = f"{event.connection_id}/{event.provider_id}" if event.provider_id else None
    return Done("", event.state, ENDS[event.state], undo=undo, record=record)


def _as_written(record: str) -> tuple[str, str]:
    """Write a record's name as it stands in JSON, and in JSON within JSON; with its end, as 5 begins 50."""
    once = msgspec.json.encode(record).decode()[1:]
    return once, msgspec.json.encode(once).decode()[1:-1]


async def on_workspaces_erased(conn: AsyncConnection, events: Sequence[WorkspaceErased]) -> None:
    """Workspaces must go, with all they hold."""
    await queries.erase_workspaces(conn, {event.workspace_id for event in events})


def subscriptions() -> list[Subscription]:
    """All that the agent listens to."""
    return [
        on(ContactErased, on_contacts_erased),
        on(ActionEnded, on_actions_ended),
        on(WorkspaceErased, on_workspaces_erased),
    ]

"""What happened with people. Interactions hang on source records, so who is who moves none of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from contracts.golden_records import CHANGED_AT_ONCE, TimelineChanged
from contracts.interactions import InteractionFetched, InteractionGone
from servicekit.database import pipelined
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.path import timeline_queries
from identity.path.timeline_queries import InteractionName, KnownInteraction, Mention
from identity.resolution.golden import plausible
from identity.store import queries
from identity.store.queries import Workspace

InteractionEvent = InteractionFetched | InteractionGone

UNTOLD = datetime(1970, 1, 1, tzinfo=UTC)
"""When something happened whose provider gives no time at all: at the end of every timeline."""


async def save_interactions(conn: AsyncConnection, events: Sequence[InteractionEvent]) -> None:
    """Keep what happened, newest revision first; its contacts may be known already, or come later."""
    locked = await queries.lock_workspaces(conn, {event.workspace_id for event in events})
    latest: dict[InteractionName, KnownInteraction] = {}
    for event in await _without_erased(conn, events, locked):
        told = _told_by(event)
        if (name := _name(told)) not in latest or latest[name].revision < told.revision:
            latest[name] = told
    before = {_name(known): known for known in await timeline_queries.load_known(conn, latest.keys())}
    added = [told for name, told in latest.items() if name not in before]
    changed = {name: told for name, told in latest.items() if name in before and before[name].revision < told.revision}
    were = {mention for name in changed for mention in _mentions(before[name])}
    are = {mention for told in (*added, *changed.values()) for mention in _mentions(told)}
    async with pipelined(conn):
        await timeline_queries.save(
            conn, added=added, changed=list(changed.values()), mentioned=are - were, no_longer=were - are
        )
    publish(conn, list(_announced(are ^ were)))


def _announced(mentions: Collection[Mention]) -> Iterator[TimelineChanged]:
    """Name the contacts whose timelines have other lines now."""
    named = sorted({(mention.workspace_id, mention.connection_id, mention.contact_id) for mention in mentions})
    for workspace_id, lines in groupby(named, key=itemgetter(0)):
        contacts = [(connection_id, contact_id) for _, connection_id, contact_id in lines]
        for start in range(0, len(contacts), CHANGED_AT_ONCE):
            yield TimelineChanged(workspace_id=workspace_id, contacts=tuple(contacts[start : start + CHANGED_AT_ONCE]))


async def _without_erased(
    conn: AsyncConnection, events: Sequence[InteractionEvent], locked: Mapping[UUID, Workspace]
) -> list[InteractionEvent]:
    """Leave out what comes late from connections that were erased.

    One that was connected again shows its contacts first, and by them it is known to be back.
    """
    wanted = []
    for workspace_id, workspace in locked.items():
        here = [event for event in events if event.workspace_id == workspace_id and not workspace.erased]
        doubtful = {event.connection_id for event in here} & workspace.erasures.keys()
        if doubtful:
            doubtful -= await timeline_queries.connections_seen(conn, workspace.workspace_id, doubtful)
        wanted += [event for event in here if event.connection_id not in doubtful]
    return wanted


def _told_by(event: InteractionEvent) -> KnownInteraction:
    told = event.interaction if isinstance(event, InteractionFetched) else None
    kind = event.interaction.kind if isinstance(event, InteractionFetched) else event.kind
    return KnownInteraction(
        workspace_id=event.workspace_id,
        connection_id=event.connection_id,
        kind=kind,
        provider_id=event.provider_id,
        provider=event.provider,
        revision=event.revision,
        happened_at=plausible((told and (told.occurred_at or told.created_at or told.updated_at)) or UNTOLD),
        contact_ids=tuple(sorted(set(told.contact_ids))) if told else (),
        interaction=told,
    )


def _name(of: KnownInteraction) -> InteractionName:
    return InteractionName(of.workspace_id, of.connection_id, of.kind, of.provider_id)


def _mentions(of: KnownInteraction) -> list[Mention]:
    return [
        Mention(of.workspace_id, of.connection_id, contact_id, of.happened_at, of.kind, of.provider_id)
        for contact_id in of.contact_ids
    ]

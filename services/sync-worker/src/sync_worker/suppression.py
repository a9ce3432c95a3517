"""People who were erased go and stay away, and so does what happened with them alone.

An interaction that names others too stays, and names the erased person no more: what is understood of it, that is. Its
raw record is kept as it came, or it could not be told whether it changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import msgspec
from contracts.event import Event
from contracts.golden_records import ContactErased
from contracts.interactions import Interaction
from providers.source import Page
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import action_queries, announcements, queries, suppression_queries
from sync_worker.run import Origin
from sync_worker.source_queries import InteractionKey
from sync_worker.suppression_queries import RecordKey

SLICE = 5_000

CONTACT = ""
"""The kind of a contact."""


async def erase_contacts(conn: AsyncConnection, erased: Sequence[ContactErased]) -> None:
    """Delete what is held of erased people, keep it from coming back, and say what went."""
    # A page in flight is waited for, and the next one already knows whom to leave out.
    await queries.lock_connections(
        conn, {(event.workspace_id, connection_id) for event in erased for connection_id, _ in event.sources}
    )
    for workspace_id, events in groupby(erased, key=attrgetter("workspace_id")):
        sources = {source for event in events for source in event.sources}
        went = await suppression_queries.erase_contacts(conn, workspace_id, sorted(sources))
        await action_queries.erase_actions(conn, workspace_id, sorted(sources))
        publish(conn, announcements.contacts_erased(workspace_id, went))
        ids: dict[UUID, set[RecordKey]] = defaultdict(set)
        for connection_id, provider_id in sources:
            ids[connection_id].add((CONTACT, provider_id))
        for connection_id in sorted(ids):
            if known := await queries.find_connection(conn, workspace_id, connection_id):
                origin = Origin(workspace_id=workspace_id, connection_id=connection_id, provider=known.provider)
                await _erase_mentions(conn, origin, ids[connection_id])


async def _erase_mentions(conn: AsyncConnection, origin: Origin, erased: Set[RecordKey]) -> None:
    """Take contacts out of all interactions of a connection, in the order of their keys."""
    contact_ids = [provider_id for _, provider_id in erased]
    after: RecordKey | None = ("", "")
    while after:
        after, some = await suppression_queries.list_naming(conn, origin, contact_ids, after=after, at_most=SLICE)
        theirs, others = part(some, erased)
        saved = await suppression_queries.rewrite(conn, origin, others)
        went = await suppression_queries.erase_interactions(conn, origin, theirs)
        publish(conn, announcements.interactions_fetched(origin, saved, others))
        publish(conn, announcements.interactions_erased(origin.workspace_id, went))


async def leave_out(conn: AsyncConnection, origin: Origin, page: Page) -> tuple[Page, Sequence[Event]]:
    """Take out of a page what must not come back, beside its contacts; return what is told of it."""
    told = {(each.interaction.kind, each.provider_id): each.interaction for each in page.interactions}
    named = {(CONTACT, contact_id) for each in told.values() for contact_id in each.contact_ids}
    unread = {(each.kind or CONTACT, each.provider_id) for each in page.skipped if each.provider_id}
    suppressed = await suppression_queries.find_suppressed(conn, origin, [*(told.keys() | named | unread)])
    if not suppressed:
        return page, ()
    theirs, others = part(told, suppressed)
    went = await suppression_queries.erase_interactions(conn, origin, theirs - suppressed)
    kept = [
        each
        if (changed := others.get((each.interaction.kind, each.provider_id))) is None
        else msgspec.structs.replace(each, interaction=changed)
        for each in page.interactions
        if (each.interaction.kind, each.provider_id) not in theirs
    ]
    skipped = [each for each in page.skipped if (each.kind or CONTACT, each.provider_id) not in suppressed]
    page = msgspec.structs.replace(page, interactions=tuple(kept), skipped=tuple(skipped))
    return page, announcements.interactions_erased(origin.workspace_id, went)


def part(
    interactions: Mapping[InteractionKey, Interaction], suppressed: Set[RecordKey]
) -> tuple[set[InteractionKey], dict[InteractionKey, Interaction]]:
    """Tell which interactions are erased people's alone, and how others are without them; the rest is neither.

    One that is suppressed itself stays so, whomever it names by now.
    """
    theirs: set[InteractionKey] = set()
    others: dict[InteractionKey, Interaction] = {}
    for key, told in interactions.items():
        left = tuple(each for each in told.contact_ids if (CONTACT, each) not in suppressed)
        if key in suppressed or (told.contact_ids and not left):
            theirs.add(key)
        elif left != told.contact_ids:
            others[key] = msgspec.structs.replace(told, contact_ids=left)
    return theirs, others

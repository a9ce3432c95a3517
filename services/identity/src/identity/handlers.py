"""Events in: each batch goes to one operation."""

from collections.abc import Sequence

from contracts.connections import ConnectionRemoved
from contracts.contacts import ContactFetched, ContactGone
from contracts.golden_records import (
    GoldenRecordAsked,
    GoldenRecordChanged,
    GoldenRecordGone,
    GoldenRecordMerged,
    GoldenRecordSplit,
    SourceRecordsResolved,
    TimelineChanged,
)
from contracts.interactions import InteractionFetched, InteractionGone
from contracts.workspaces import WorkspaceErased
from servicekit.consumer import Subscription, on, on_read
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import backlog
from identity.erasure import erasing
from identity.path import operations, timeline
from identity.path.foresight import Foresight, foresee
from identity.path.timeline import InteractionEvent
from identity.resolution.records import SourceRecord, told_by
from identity.search import indexing
from identity.search.indexing import GoldenEvent
from identity.weights import weighing


async def on_contacts_told(
    conn: AsyncConnection, told: Sequence[SourceRecord], foreseen: Foresight | None = None
) -> None:
    """Contacts were fetched, or are gone; both at once, because they follow each other in one batch."""
    await operations.resolve_contacts(conn, told, foreseen)


async def on_interactions_told(conn: AsyncConnection, events: Sequence[InteractionEvent]) -> None:
    """Interactions were fetched, or are gone."""
    await timeline.save_interactions(conn, events)


async def on_connections_removed(conn: AsyncConnection, events: Sequence[ConnectionRemoved]) -> None:
    """A person disconnected an account: what is kept stays as it is, the rest is erased."""
    for event in events:
        if event.data == "erase":
            await erasing.erase_connection(
                conn,
                workspace_id=event.workspace_id,
                connection_id=event.connection_id,
                removed_at=event.removed_at,
            )


async def on_workspaces_erased(conn: AsyncConnection, events: Sequence[WorkspaceErased]) -> None:
    """Workspaces must go, with all they hold."""
    for event in events:
        await erasing.erase_workspace(conn, event.workspace_id)


async def on_golden_records_moved(conn: AsyncConnection, events: Sequence[GoldenEvent]) -> None:
    """Golden records were made, changed, asked of, joined, parted, or are gone."""
    await backlog.let_pass(conn, {event.workspace_id for event in events})
    await indexing.follow_golden_records(conn, events)


async def on_timelines_changed(conn: AsyncConnection, events: Sequence[TimelineChanged]) -> None:
    """Something happened with contacts, or is told differently."""
    await backlog.let_pass(conn, {event.workspace_id for event in events})
    await indexing.follow_timelines(conn, events)


def subscriptions() -> list[Subscription]:
    """All that identity listens to."""
    return [
        on_read(ContactFetched, told_by, on_contacts_told, foresee=foresee),
        on_read(ContactGone, told_by, on_contacts_told, foresee=foresee),
        on(InteractionFetched, on_interactions_told),
        on(InteractionGone, on_interactions_told),
        on(ConnectionRemoved, on_connections_removed),
        on(WorkspaceErased, on_workspaces_erased),
    ]


WEIGHED_AT_ONCE = 10
"""Events of a hundred records each."""

NAMED_AT_ONCE = 64
"""One event names up to fifty golden records, all of which are looked at."""


def projections() -> dict[str, list[Subscription]]:
    """What identity derives of its own tables, each by a consumer of its own, beside the path of every change."""
    return {
        "weighing": [on(SourceRecordsResolved, weighing.weigh_resolved, at_once=WEIGHED_AT_ONCE)],
        "search": [
            on(GoldenRecordChanged, on_golden_records_moved, at_once=NAMED_AT_ONCE),
            on(GoldenRecordAsked, on_golden_records_moved, at_once=NAMED_AT_ONCE),
            on(GoldenRecordMerged, on_golden_records_moved, at_once=NAMED_AT_ONCE),
            on(GoldenRecordSplit, on_golden_records_moved, at_once=NAMED_AT_ONCE),
            on(GoldenRecordGone, on_golden_records_moved, at_once=NAMED_AT_ONCE),
            on(TimelineChanged, on_timelines_changed, at_once=NAMED_AT_ONCE),
        ],
    }

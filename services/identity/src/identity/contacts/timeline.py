"""What happened with the source records of a contact, as people are shown it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from contracts.golden_records import InteractionView
from contracts.interactions import InteractionKind
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.path import timeline_queries
from identity.path.timeline_queries import SourceAddress, TimelinePlace, TimelineRow
from identity.resolution.records import SourceRecord

NOW_AND_EVER = TimelinePlace(datetime(9999, 12, 31, tzinfo=UTC), "", "", UUID(int=0))


class TimelineFilter(msgspec.Struct, frozen=True):
    """What of a timeline is wanted: a kind, what one provider (`source`) told, or all."""

    kind: InteractionKind | None = None
    source: str | None = None


ALL = TimelineFilter()


async def load(
    conn: AsyncConnection,
    workspace_id: UUID,
    members: Iterable[SourceRecord],
    wanted: TimelineFilter,
    *,
    at_most: int,
    after: TimelinePlace = NOW_AND_EVER,
) -> list[TimelineRow]:
    """Load what happened with these source records after a place, the latest first."""
    sources = [
        SourceAddress(member.connection_id, member.provider_id)
        for member in members
        if wanted.source in {None, member.provider}
    ]
    return await timeline_queries.list_timeline(
        conn, workspace_id, sources, after=after, at_most=at_most, kind=wanted.kind
    )


def shown(row: TimelineRow) -> InteractionView:
    """Show an interaction."""
    told = row.interaction
    return InteractionView(
        connection_id=row.place.connection_id,
        provider=row.provider,
        provider_id=row.place.provider_id,
        kind=told.kind,
        title=told.title,
        body=told.body,
        status=told.status,
        amount=told.amount,
        currency=told.currency,
        url=told.url,
        occurred_at=told.occurred_at,
    )

"""What identity shows: golden records, where each value comes from, what happened with them and to them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from contracts.golden_records import (
    ContactCount,
    ContactDetail,
    ContactSummary,
    HistoryEdge,
    HistorySide,
    HistoryView,
    InteractionView,
    SourceName,
    SourceView,
)
from contracts.pages import ItemPage
from servicekit.errors import NotFound
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import golden, history_queries, reading_queries, timeline_queries
from identity.cursors import CursorInvalid, read_cursor, write_cursor
from identity.golden import GoldenRow
from identity.history_queries import StoredEntry
from identity.ids import seen_at
from identity.reading_queries import Order
from identity.records import SourceRecord
from identity.timeline_queries import SourceAddress, TimelinePlace, TimelineRow

LATEST_INTERACTIONS = 20
MOST_WORDS = 8
NOW_AND_EVER = TimelinePlace(datetime(9999, 12, 31, tzinfo=UTC), "", "", UUID(int=0))


class ContactNotFound(NotFound):
    """No such golden record, or none that this workspace may see."""

    slug = "contact-not-found"
    title = "Contact not found"


class ListPlace(msgspec.Struct, frozen=True, array_like=True):
    """Where a list of golden records goes on."""

    order: Order
    golden_id: UUID
    updated_at: datetime | None = None
    name_key: str | None = None

    def values(self) -> tuple[Any, ...]:
        """Read the place in the order's own columns. Raises `CursorInvalid`."""
        values = reading_queries.place_of(self, self.order)
        if None in values:
            raise CursorInvalid
        return values


async def list_contacts(
    conn: AsyncConnection,
    workspace_id: UUID,
    *,
    q: str | None,
    source: str | None,
    order: Order,
    cursor: str | None,
    limit: int,
) -> ItemPage[ContactSummary]:
    """List golden records. Raises `CursorInvalid`."""
    place = read_cursor(cursor, ListPlace) if cursor else None
    if place and place.order != order:
        raise CursorInvalid
    rows = await reading_queries.list_golden(
        conn,
        workspace_id,
        order=order,
        after=place.values() if place else None,
        words=(q or "").split()[:MOST_WORDS],
        provider=source,
        at_most=limit + 1,
    )
    shown = rows[:limit]
    members = await reading_queries.list_members(conn, workspace_id, [row.golden_id for row in shown])
    return ItemPage(
        items=[summary_of(row, golden.newest_first(members[row.golden_id])) for row in shown],
        next_cursor=write_cursor(_place(order, shown[-1])) if len(rows) > limit else None,
    )


def _place(order: Order, row: GoldenRow) -> ListPlace:
    return ListPlace(order, row.golden_id, row.updated_at, row.name_key)


def summary_of(row: GoldenRow, living: Iterable[SourceRecord]) -> ContactSummary:
    """Show a golden record as lists do."""
    return ContactSummary(
        id=row.golden_id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        phone=row.phone,
        company=row.company,
        job_title=row.job_title,
        sources=tuple(map(_source, living)),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _source(record: SourceRecord) -> SourceView:
    return SourceView(
        connection_id=record.connection_id,
        provider=record.provider,
        provider_id=record.provider_id,
        first_seen_at=record.first_seen_at,
        updated_at=record.contact.updated_at,
        url=record.contact.url,
    )


async def count_contacts(conn: AsyncConnection, workspace_id: UUID) -> ContactCount:
    """Tell how many golden records there are."""
    return ContactCount(count=await reading_queries.count_golden(conn, workspace_id))


async def get_contact(conn: AsyncConnection, workspace_id: UUID, id_: UUID) -> ContactDetail:
    """Show a golden record in full, by its id or one that leads to it. Raises `ContactNotFound`."""
    golden_id, members = await _members(conn, workspace_id, id_)
    living = golden.newest_first(members)
    if not living:
        raise ContactNotFound
    source_ids = [member.source_id for member in members]
    redirects = await reading_queries.list_redirects(conn, workspace_id, source_ids)
    latest = await _timeline(conn, workspace_id, members, NOW_AND_EVER, LATEST_INTERACTIONS)
    lineage = golden.lineage(living)
    return ContactDetail(
        id=golden_id,
        fields={field: told.chosen.value for field, told in lineage.items()},
        emails=golden.all_emails(living),
        phones=golden.all_phones(living),
        lineage=lineage,
        sources=tuple(map(_source, living)),
        interactions=tuple(map(_interaction, latest)),
        previous_ids=tuple(sorted({*source_ids, *redirects} - {golden_id})),
        created_at=seen_at(golden_id),
        updated_at=golden.updated_at(living),
    )


async def _members(conn: AsyncConnection, workspace_id: UUID, id_: UUID) -> tuple[UUID, list[SourceRecord]]:
    golden_id = await reading_queries.find_golden_id(conn, workspace_id, id_)
    if golden_id is None:
        raise ContactNotFound
    return golden_id, (await reading_queries.list_members(conn, workspace_id, [golden_id]))[golden_id]


async def list_timeline(
    conn: AsyncConnection, workspace_id: UUID, id_: UUID, *, cursor: str | None, limit: int
) -> ItemPage[InteractionView]:
    """List what happened with a contact, the latest first. Raises `ContactNotFound`, `CursorInvalid`."""
    after = read_cursor(cursor, TimelinePlace) if cursor else NOW_AND_EVER
    _, members = await _members(conn, workspace_id, id_)
    if all(member.gone for member in members):
        raise ContactNotFound
    rows = await _timeline(conn, workspace_id, members, after, limit + 1)
    shown = rows[:limit]
    return ItemPage(
        items=[_interaction(row) for row in shown],
        next_cursor=write_cursor(shown[-1].place) if len(rows) > limit else None,
    )


async def _timeline(
    conn: AsyncConnection, workspace_id: UUID, members: Sequence[SourceRecord], after: TimelinePlace, at_most: int
) -> list[TimelineRow]:
    sources = [SourceAddress(member.connection_id, member.provider_id) for member in members]
    return await timeline_queries.list_timeline(conn, workspace_id, sources, after=after, at_most=at_most)


def _interaction(row: TimelineRow) -> InteractionView:
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


async def list_history(
    conn: AsyncConnection, workspace_id: UUID, id_: UUID, *, cursor: str | None, limit: int
) -> ItemPage[HistoryView]:
    """List what happened to a golden record and those it came from, the latest first.

    What is gone keeps its history. Raises `ContactNotFound`, `CursorInvalid`.
    """
    before = read_cursor(cursor, int) if cursor else history_queries.LAST
    if not 0 < before <= history_queries.LAST:
        raise CursorInvalid
    golden_id, members = await _members(conn, workspace_id, id_)
    ids = {golden_id, id_, *(member.source_id for member in members)}
    entries = await history_queries.list_entries(conn, workspace_id, ids, before=before, at_most=limit + 1)
    shown = entries[:limit]
    named = {member for stored in shown for side in stored.entry.sides for member in side.members}
    names = await reading_queries.list_names(conn, workspace_id, named)
    return ItemPage(
        items=[_history(stored, names) for stored in shown],
        next_cursor=write_cursor(shown[-1].number) if len(entries) > limit else None,
    )


def _history(stored: StoredEntry, names: dict[UUID, SourceName]) -> HistoryView:
    """Show an entry without those that have no name: they were erased since it was read."""
    entry = stored.entry
    return HistoryView(
        number=stored.number,
        kind=entry.kind,
        happened_at=stored.happened_at,
        id=entry.golden_id,
        sides=tuple(
            HistorySide(id=side.golden_id, sources=tuple(names[member] for member in side.members if member in names))
            for side in entry.sides
        ),
        edges=tuple(
            HistoryEdge(
                rule=edge.rule,
                value=edge.value,
                strength=edge.strength,
                between=(names[edge.left], names[edge.right]),
            )
            for edge in entry.edges
            if edge.left in names and edge.right in names
        ),
    )

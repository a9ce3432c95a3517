"""What identity shows: golden records, where each value comes from, what happened with them and to them."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from contracts.decisions import SourceKey
from contracts.golden_records import (
    ContactCount,
    ContactDetail,
    ContactPage,
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

from identity.contacts import reading_queries, timeline
from identity.contacts.timeline import NOW_AND_EVER, TimelineFilter
from identity.cursors import CursorInvalid, Cursors
from identity.path.timeline_queries import TimelinePlace
from identity.resolution import golden
from identity.resolution.changes import Cause
from identity.resolution.golden import GoldenRow, Pinned
from identity.resolution.ids import seen_at
from identity.resolution.records import SourceRecord
from identity.rules.survivorship import Survivorship
from identity.search import finding, finding_queries
from identity.search.finding import Found, Search
from identity.search.finding_queries import Order, Page, Place
from identity.store import decision_queries, history_queries, rules_queries, suggestion_queries
from identity.store.history_queries import StoredEntry
from identity.store.queries import SourceName as SourceId

LATEST_INTERACTIONS = 20


class ContactNotFound(NotFound):
    """No such golden record, or none that this workspace may see."""

    slug = "contact-not-found"
    title = "Contact not found"


class ListPlace(msgspec.Struct, frozen=True, array_like=True):
    """Where a list of golden records goes on."""

    order: Order
    golden_id: UUID
    moment: datetime | None = None
    words: str | None = None
    nearly: bool = False

    def place(self) -> Place:
        """Read the place in the order's own terms. Raises `CursorInvalid`."""
        return Place(self.golden_id, finding_queries.checked_key(self.order, self.moment, self.words))


async def list_contacts(
    conn: AsyncConnection, search: Search, *, order: Order, cursors: Cursors, cursor: str | None, limit: int
) -> ContactPage:
    """List golden records. Raises `CursorInvalid`, `SearchTooSlow`."""
    came_from = cursors.read(cursor, ListPlace, search.workspace_id) if cursor else None
    if came_from and came_from.order != order:
        raise CursorInvalid
    page = Page(order, came_from.place() if came_from else None, limit + 1)
    found = await _found(conn, search, page, nearly=came_from is not None and came_from.nearly)
    shown = found.places[:limit]
    rows = await reading_queries.list_golden(conn, search.workspace_id, [place.golden_id for place in shown])
    members = await reading_queries.list_members(conn, search.workspace_id, [row.golden_id for row, _ in rows])
    asked = await _asked(conn, search.workspace_id, members)
    next_place = _list_place(order, shown[-1], found) if len(found.places) > limit else None
    return ContactPage(
        items=[
            summary_of(row, golden.newest_first(members[row.golden_id]), last, needs_review=row.golden_id in asked)
            for row, last in rows
        ],
        next_cursor=cursors.write(next_place, search.workspace_id) if next_place else None,
        total=found.total,
        total_is_exact=not found.more,
        near=found.near,
    )


async def summaries(
    conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]
) -> dict[UUID, ContactSummary]:
    """Show golden records as lists do, by their ids; those that are gone are left out."""
    rows = await reading_queries.list_golden(conn, workspace_id, list(golden_ids))
    members = await reading_queries.list_members(conn, workspace_id, [row.golden_id for row, _ in rows])
    asked = await _asked(conn, workspace_id, members)
    shown = [
        summary_of(row, golden.newest_first(members[row.golden_id]), last, needs_review=row.golden_id in asked)
        for row, last in rows
    ]
    return {each.id: each for each in shown}


async def _asked(conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]) -> Collection[UUID]:
    """Name those of golden records of which people are asked something."""
    return await suggestion_queries.count_of_each(conn, workspace_id, golden_ids, now=datetime.now(UTC))


async def _found(conn: AsyncConnection, search: Search, page: Page, *, nearly: bool) -> Found:
    """Find golden records; all of them in the order of time are listed from where they are, which is never behind."""
    if not search.everything:
        return await finding.find(conn, search, page, nearly=nearly)
    if page.order.removeprefix("-") in ("updated_at", "created_at"):
        found = Found(places=await reading_queries.list_places(conn, search.workspace_id, page))
    else:
        found = await finding.find(conn, search, page)
    total = None if page.after else await reading_queries.count_golden(conn, search.workspace_id)
    return msgspec.structs.replace(found, total=total, more=False)


def _list_place(order: Order, place: Place, found: Found) -> ListPlace:
    key = place.sorted_by
    return ListPlace(
        order,
        place.golden_id,
        moment=key if isinstance(key, datetime) else None,
        words=key if isinstance(key, str) else None,
        nearly=bool(found.near),
    )


def summary_of(
    row: GoldenRow,
    living: Iterable[SourceRecord],
    last_interaction_at: datetime | None,
    *,
    needs_review: bool,
) -> ContactSummary:
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
        last_interaction_at=last_interaction_at,
        needs_review=needs_review,
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


async def count_contacts(conn: AsyncConnection, search: Search) -> ContactCount:
    """Tell how many golden records are found, or how many there are. Raises `SearchTooSlow`."""
    if search.everything:
        return ContactCount(count=await reading_queries.count_golden(conn, search.workspace_id))
    return ContactCount(count=await finding.count(conn, search))


async def get_contact(conn: AsyncConnection, workspace_id: UUID, id_: UUID) -> ContactDetail:
    """Show a golden record in full, by its id or one that leads to it. Raises `ContactNotFound`."""
    golden_id, members = await members_of(conn, workspace_id, id_)
    living = golden.newest_first(members)
    if not living:
        raise ContactNotFound
    source_ids = [member.source_id for member in members]
    redirects = await reading_queries.list_redirects(conn, workspace_id, source_ids)
    latest = await timeline.load(conn, workspace_id, members, timeline.ALL, at_most=LATEST_INTERACTIONS)
    pinned, survivorship = await choices(conn, workspace_id, members)
    lineage = golden.lineage(living, pinned, survivorship)
    return ContactDetail(
        id=golden_id,
        fields={field: told.chosen.value for field, told in lineage.items()},
        emails=golden.all_emails(living),
        phones=golden.all_phones(living),
        lineage=lineage,
        sources=tuple(map(_source, living)),
        interactions=tuple(map(timeline.shown, latest)),
        previous_ids=tuple(sorted({*source_ids, *redirects} - {golden_id})),
        created_at=seen_at(golden_id),
        updated_at=golden.updated_at(living),
        needs_review=bool(await _asked(conn, workspace_id, [golden_id])),
    )


async def get_contact_of_source(conn: AsyncConnection, workspace_id: UUID, key: SourceKey) -> ContactSummary:
    """Show the golden record that a source record is part of, in short. Raises `ContactNotFound`."""
    found = await reading_queries.find_sources(conn, workspace_id, [key])
    golden_id = await reading_queries.find_golden_id(conn, workspace_id, found[key]) if key in found else None
    shown = await summaries(conn, workspace_id, {golden_id}) if golden_id else {}
    if golden_id is None or golden_id not in shown:
        raise ContactNotFound
    return shown[golden_id]


async def choices(
    conn: AsyncConnection, workspace_id: UUID, members: Iterable[SourceRecord]
) -> tuple[Pinned, Survivorship]:
    """Load what people chose for a golden record's values, and the rules of the rest."""
    pins = await decision_queries.pins_on(conn, [SourceId(workspace_id, m.source_id) for m in members])
    pinned = golden.pinned_of(pins, pins)
    return pinned, (await rules_queries.current_rules(conn, workspace_id)).survivorship


async def members_of(conn: AsyncConnection, workspace_id: UUID, id_: UUID) -> tuple[UUID, list[SourceRecord]]:
    """Find the golden record that an id leads to, and its members. Raises `ContactNotFound`."""
    golden_id = await reading_queries.find_golden_id(conn, workspace_id, id_)
    if golden_id is None:
        raise ContactNotFound
    return golden_id, (await reading_queries.list_members(conn, workspace_id, [golden_id]))[golden_id]


async def list_timeline(
    conn: AsyncConnection,
    workspace_id: UUID,
    id_: UUID,
    wanted: TimelineFilter,
    *,
    cursors: Cursors,
    cursor: str | None,
    limit: int,
) -> ItemPage[InteractionView]:
    """List what happened with a contact, the latest first. Raises `ContactNotFound`, `CursorInvalid`."""
    after = cursors.read(cursor, TimelinePlace, workspace_id) if cursor else NOW_AND_EVER
    _, members = await members_of(conn, workspace_id, id_)
    if all(member.gone for member in members):
        raise ContactNotFound
    rows = await timeline.load(conn, workspace_id, members, wanted, after=after, at_most=limit + 1)
    shown = rows[:limit]
    return ItemPage(
        items=[timeline.shown(row) for row in shown],
        next_cursor=cursors.write(shown[-1].place, workspace_id) if len(rows) > limit else None,
    )


async def list_history(
    conn: AsyncConnection, workspace_id: UUID, id_: UUID, *, cursors: Cursors, cursor: str | None, limit: int
) -> ItemPage[HistoryView]:
    """List what happened to a golden record and those it came from, the latest first.

    What is gone keeps its history. Raises `ContactNotFound`, `CursorInvalid`.
    """
    before = cursors.read(cursor, int, workspace_id) if cursor else history_queries.LAST
    if not 0 < before <= history_queries.LAST:
        raise CursorInvalid
    golden_id, members = await members_of(conn, workspace_id, id_)
    ids = {golden_id, id_, *(member.source_id for member in members)}
    entries = await history_queries.list_entries(conn, workspace_id, ids, before=before, at_most=limit + 1)
    shown = entries[:limit]
    named = {member for stored in shown for side in stored.entry.sides for member in side.members}
    names = await reading_queries.list_names(conn, workspace_id, named)
    return ItemPage(
        items=[history_view(stored, names) for stored in shown],
        next_cursor=cursors.write(shown[-1].number, workspace_id) if len(entries) > limit else None,
    )


def history_view(stored: StoredEntry, names: dict[UUID, SourceName]) -> HistoryView:
    """Show an entry without those that have no name: they were erased since it was read."""
    entry = stored.entry
    cause = entry.cause or Cause()
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
        by=cause.by,
        verdict=cause.verdict,
        field=cause.field,
        value=cause.value,
        undoes=cause.undoes,
        undone_by=stored.undone_by,
    )

"""Handing out all that is held of one person: one JSON document, written page by page."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import msgspec
from contracts.exports import ContactExportHead, HeldInteraction, HeldSource
from contracts.golden_records import HistoryView
from servicekit.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading, reading_queries
from identity.contacts.reading import ContactNotFound
from identity.contacts.timeline import NOW_AND_EVER
from identity.erasure import people_queries
from identity.path import timeline_queries
from identity.path.timeline_queries import SourceAddress
from identity.resolution import golden
from identity.resolution.records import NOTHING, SourceRecord
from identity.store import history_queries

AT_ONCE = 200
"""So many entries are held at a time, however long the document becomes."""


class Found(msgspec.Struct, frozen=True):
    """By what a person's timeline and history are found."""

    sources: Sequence[SourceAddress]
    golden_ids: frozenset[UUID]


async def begin(
    conn: AsyncConnection, workspace_id: UUID, id_: UUID, *, now: datetime
) -> tuple[ContactExportHead, Found]:
    """Gather what does not grow with time, and by what the rest is found.

    Raises `ContactNotFound`; who is gone at all providers is found as long as anything is held of them.
    """
    golden_id, members = await reading.members_of(conn, workspace_id, id_)
    if all(member.contact == NOTHING for member in members):
        raise ContactNotFound
    source_ids = {member.source_id for member in members}
    redirects = await reading_queries.list_redirects(conn, workspace_id, source_ids)
    living = golden.newest_first(members)
    pinned, survivorship = await reading.choices(conn, workspace_id, members)
    lineage = golden.lineage(living, pinned, survivorship) if living else {}
    head = ContactExportHead(
        exported_at=now,
        id=golden_id,
        previous_ids=tuple(sorted({*source_ids, *redirects} - {golden_id})),
        fields={field: told.chosen.value for field, told in lineage.items()},
        lineage=lineage,
        emails=golden.all_emails(living),
        phones=golden.all_phones(living),
        sources=tuple(map(_held, sorted(members, key=lambda member: member.source_id))),
        pins=tuple(await people_queries.list_pins(conn, workspace_id, source_ids)),
        decisions=tuple(await people_queries.list_decisions(conn, workspace_id, source_ids)),
    )
    sources = [SourceAddress(member.connection_id, member.provider_id) for member in members]
    return head, Found(sources, frozenset({golden_id, id_, *source_ids}))


def _held(record: SourceRecord) -> HeldSource:
    return HeldSource(
        connection_id=record.connection_id,
        provider=record.provider,
        provider_id=record.provider_id,
        first_seen_at=record.first_seen_at,
        is_gone=record.gone,
        contact=record.contact,
        keys=record.keys,
        raw=f"/sources/{record.connection_id}/{quote(record.provider_id, safe='')}",
    )


async def write(db: Database, workspace_id: UUID, head: ContactExportHead, found: Found) -> AsyncIterator[bytes]:
    """Write the document; no transaction is open while it is taken."""
    yield msgspec.json.encode(head)[:-1]
    yield b',"timeline":['
    begun = False
    async for some in _timeline(db, workspace_id, found.sources):
        yield _listed(some, goes_on=begun)
        begun = True
    yield b'],"history":['
    begun = False
    async for entries in _history(db, workspace_id, found.golden_ids):
        yield _listed(entries, goes_on=begun)
        begun = True
    yield b"]}"


def _listed(items: Iterable[object], *, goes_on: bool) -> bytes:
    return (b"," if goes_on else b"") + b",".join(map(msgspec.json.encode, items))


async def _timeline(
    db: Database, workspace_id: UUID, sources: Sequence[SourceAddress]
) -> AsyncIterator[list[HeldInteraction]]:
    after = NOW_AND_EVER
    while True:
        async with db.transaction(workspace_id) as conn:
            rows = await timeline_queries.list_timeline(conn, workspace_id, sources, after=after, at_most=AT_ONCE)
        if not rows:
            return
        yield [
            HeldInteraction(
                connection_id=row.place.connection_id,
                provider=row.provider,
                provider_id=row.place.provider_id,
                interaction=row.interaction,
            )
            for row in rows
        ]
        after = rows[-1].place


async def _history(db: Database, workspace_id: UUID, golden_ids: frozenset[UUID]) -> AsyncIterator[list[HistoryView]]:
    before = history_queries.LAST
    while True:
        async with db.transaction(workspace_id) as conn:
            entries = await history_queries.list_entries(conn, workspace_id, golden_ids, before=before, at_most=AT_ONCE)
            named = {member for stored in entries for side in stored.entry.sides for member in side.members}
            names = await reading_queries.list_names(conn, workspace_id, named)
        if not entries:
            return
        yield [reading.history_view(stored, names) for stored in entries]
        before = entries[-1].number

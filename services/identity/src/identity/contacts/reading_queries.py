"""All SQL that shows golden records."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.decisions import SourceKey
from contracts.golden_records import SourceName
from sqlalchemy import null, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.resolution.golden import GoldenRow
from identity.resolution.records import SourceRecord
from identity.search.documents import NEVER
from identity.search.finding_queries import Page, Place
from identity.store.queries import source_record
from identity.tables import golden_record


async def list_places(conn: AsyncConnection, workspace_id: UUID, page: Page) -> list[Place]:
    """List golden records by when they changed last, or were first seen, from a place on."""
    here, down = golden_record.c, page.order.startswith("-")
    # A golden id begins with the time its first member was first seen, so that its order is that of `created_at`.
    by_id = page.order.removeprefix("-") == "created_at"
    keys = (here.golden_id,) if by_id else (here.updated_at, here.golden_id)
    wanted = select(here.golden_id, null() if by_id else here.updated_at).where(here.workspace_id == workspace_id)
    if after := page.after:
        there = (after.golden_id,) if by_id else (after.sorted_by, after.golden_id)
        wanted = wanted.where(tuple_(*keys) < tuple_(*there) if down else tuple_(*keys) > tuple_(*there))
    wanted = wanted.order_by(*(key.desc() if down else key for key in keys)).limit(page.at_most)
    return [Place(golden_id, sorted_by) for golden_id, sorted_by in await conn.execute(wanted)]


_LIST_GOLDEN = text("""
SELECT g.*, d.last_interaction_at
FROM unnest(CAST(:golden_ids AS uuid[])) WITH ORDINALITY AS n (golden_id, at)
JOIN golden_record g ON g.workspace_id = :workspace_id AND g.golden_id = n.golden_id
LEFT JOIN search_document d ON d.workspace_id = :workspace_id AND d.golden_id = n.golden_id
ORDER BY n.at
""")


async def list_golden(
    conn: AsyncConnection, workspace_id: UUID, golden_ids: Sequence[UUID]
) -> list[tuple[GoldenRow, datetime | None]]:
    """List golden records as they are now, with when something happened with them last; what is gone is left out."""
    found = await conn.execute(_LIST_GOLDEN, {"workspace_id": workspace_id, "golden_ids": list(golden_ids)})
    return [_golden_row(**row) for row in found.mappings()]


def _golden_row(
    *, last_interaction_at: datetime | None, providers: Sequence[str], **plain: Any
) -> tuple[GoldenRow, datetime | None]:
    happened_at = None if last_interaction_at == NEVER else last_interaction_at
    return GoldenRow(**plain, providers=tuple(providers)), happened_at


_COUNT = text("SELECT contacts FROM workspace WHERE workspace_id = :workspace_id")


async def count_golden(conn: AsyncConnection, workspace_id: UUID) -> int:
    """Count the golden records of a workspace: the number is kept, not counted."""
    return (await conn.execute(_COUNT, {"workspace_id": workspace_id})).scalar_one_or_none() or 0


_FIND_GOLDEN_ID = text("""
SELECT coalesce(m.golden_id, source_id) FROM source_identity s
LEFT JOIN identity_map m USING (workspace_id, source_id)
WHERE workspace_id = :workspace_id AND source_id = :id
UNION ALL
SELECT coalesce(m.golden_id, source_id) FROM redirect r
JOIN source_identity s USING (workspace_id, source_id)
LEFT JOIN identity_map m USING (workspace_id, source_id)
WHERE workspace_id = :workspace_id AND r.old_id = :id
""")


async def find_golden_id(conn: AsyncConnection, workspace_id: UUID, id_: UUID) -> UUID | None:
    """Find the golden record that an id is of, or leads to."""
    found = await conn.execute(_FIND_GOLDEN_ID, {"workspace_id": workspace_id, "id": id_})
    return found.scalars().first()


_LIST_MEMBERS = text("""
WITH golden AS (
    SELECT g.golden_id FROM unnest(CAST(:golden_ids AS uuid[])) AS g (golden_id)
), member AS (
    SELECT g.golden_id, g.golden_id AS source_id FROM golden g
    UNION ALL
    SELECT m.golden_id, m.source_id FROM golden g
    JOIN identity_map m ON m.workspace_id = :workspace_id AND m.golden_id = g.golden_id
        AND m.golden_id <> m.source_id
)
SELECT m.golden_id, s.workspace_id, s.source_id, s.connection_id, s.provider, s.provider_id, s.first_seen_at,
       s.shown_revision, s.gone_revision, s.contact, s.keys
FROM member m JOIN source_identity s ON s.workspace_id = :workspace_id AND s.source_id = m.source_id
""")


async def list_members(
    conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]
) -> dict[UUID, list[SourceRecord]]:
    """List the source records of golden records, those that are gone too."""
    members: dict[UUID, list[SourceRecord]] = {golden_id: [] for golden_id in golden_ids}
    named = {"workspace_id": workspace_id, "golden_ids": list(golden_ids)}
    for row in await conn.execute(_LIST_MEMBERS, named):
        members[row.golden_id].append(source_record(row))
    return members


_LIST_REDIRECTS = text("""
SELECT old_id FROM redirect
WHERE workspace_id = :workspace_id AND source_id = ANY (CAST(:source_ids AS uuid[]))
""")


async def list_redirects(conn: AsyncConnection, workspace_id: UUID, source_ids: Collection[UUID]) -> list[UUID]:
    """List the ids of erased records that lead to these."""
    named = {"workspace_id": workspace_id, "source_ids": list(source_ids)}
    return list((await conn.execute(_LIST_REDIRECTS, named)).scalars())


_LIST_NAMES = text("""
SELECT source_id, connection_id, provider, provider_id FROM source_identity
WHERE workspace_id = :workspace_id AND source_id = ANY (CAST(:source_ids AS uuid[]))
""")


async def list_names(conn: AsyncConnection, workspace_id: UUID, source_ids: Collection[UUID]) -> dict[UUID, SourceName]:
    """Tell what source records are called at their providers."""
    named = {"workspace_id": workspace_id, "source_ids": list(source_ids)}
    return {
        row.source_id: SourceName(connection_id=row.connection_id, provider=row.provider, provider_id=row.provider_id)
        for row in await conn.execute(_LIST_NAMES, named)
    }


_FIND_SOURCES = text("""
SELECT connection_id, provider_id, s.source_id
FROM json_to_recordset(CAST(:keys AS json)) AS k (connection_id uuid, provider_id text)
JOIN source_identity s USING (connection_id, provider_id)
WHERE s.workspace_id = :workspace_id
""")


async def find_sources(conn: AsyncConnection, workspace_id: UUID, keys: Iterable[SourceKey]) -> dict[SourceKey, UUID]:
    """Find source records by their names outside; those that are not there are left out."""
    named = {"workspace_id": workspace_id, "keys": as_json(list(keys))}
    rows = await conn.execute(_FIND_SOURCES, named)
    return {SourceKey(row.connection_id, row.provider_id): row.source_id for row in rows}

"""All SQL that shows golden records."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal
from uuid import UUID

from contracts.decisions import SourceKey
from contracts.golden_records import SourceName
from sqlalchemy import ColumnElement, RowMapping, Select, any_, func, select, text, tuple_, union
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.golden import GoldenRow, search_key
from identity.json_rows import as_json
from identity.keys import EMAIL
from identity.queries import source_record
from identity.records import SourceRecord
from identity.tables import golden_record, identity_map, match_key

Order = Literal["updated_at", "-updated_at", "created_at", "-created_at", "name", "-name"]

# A golden id begins with the time its first member was first seen, so that its order is that of `created_at`.
_SORTED_BY = {
    "updated_at": (golden_record.c.updated_at, golden_record.c.golden_id),
    "created_at": (golden_record.c.golden_id,),
    "name": (golden_record.c.name_key, golden_record.c.golden_id),
}


def place_of(row: object, order: Order) -> tuple[Any, ...]:
    """Tell where something with these columns stands in a list of this order."""
    return tuple(getattr(row, column.name) for column in _SORTED_BY[order.removeprefix("-")])


async def list_golden(
    conn: AsyncConnection,
    workspace_id: UUID,
    *,
    order: Order,
    after: Sequence[Any] | None,
    words: Collection[str],
    provider: str | None,
    at_most: int,
) -> list[GoldenRow]:
    """List golden records of which every word begins the email or a name, from a place on."""
    columns = _SORTED_BY[order.removeprefix("-")]
    down = order.startswith("-")
    wanted = select(golden_record).where(golden_record.c.workspace_id == workspace_id)
    for word in words:
        wanted = wanted.where(golden_record.c.golden_id.in_(_beginning_with(workspace_id, word)))
    if provider:
        wanted = wanted.where(any_(golden_record.c.providers) == provider)
    if after is not None:
        here, there = tuple_(*columns), tuple_(*after)
        wanted = wanted.where(here < there if down else here > there)
    wanted = wanted.order_by(*(column.desc() if down else column for column in columns)).limit(at_most)
    return [_golden_row(row) for row in (await conn.execute(wanted)).mappings()]


def _golden_row(row: RowMapping) -> GoldenRow:
    return GoldenRow(**{**row, "providers": tuple(row["providers"])})


def _beginning_with(workspace_id: UUID, word: str) -> Any:
    """Golden ids by the beginning of a name, or of any email, their own or a member's.

    Ranges instead of LIKE: only operators that keep secrets may look into an index behind the tenants' wall.
    """
    start = search_key(word)
    golden, key = golden_record.c, match_key.c
    line = identity_map.c
    by_name: list[Select[Any]] = [
        select(golden.golden_id).where(golden.workspace_id == workspace_id, _begins(column, start))
        for column in (golden.name_key, golden.last_name_key)
    ]
    by_email = (
        select(func.coalesce(line.golden_id, key.source_id))
        .select_from(match_key)
        .outerjoin(identity_map, (key.workspace_id == line.workspace_id) & (key.source_id == line.source_id))
        .where(key.workspace_id == workspace_id, _begins(key.key, EMAIL + word.lower()))
    )
    return union(*by_name, by_email)


def _begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    return (column >= start) & (column < start + "\U0010ffff")


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

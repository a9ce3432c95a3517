"""All SQL that makes identity forget."""

from collections.abc import Collection, Mapping, Set
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import tables
from identity.json_rows import as_json
from identity.resolution import changes
from identity.resolution.records import SourceRecord
from identity.store import history_queries, saving_queries
from identity.store.history_queries import StoredEntry
from identity.store.queries import SourceName
from identity.store.saving_queries import CarriedKeys

# That there are erasures is counted in the row that everyone locks: who waited for it must look for them.
_SAVE_ERASURE = text("""
WITH counted AS (
    UPDATE workspace SET erasures = erasures + 1 WHERE workspace_id = :workspace_id
)
INSERT INTO erasure AS e (workspace_id, connection_id, erased_at)
VALUES (:workspace_id, :connection_id, coalesce(CAST(:erased_at AS timestamptz), now()))
ON CONFLICT (workspace_id, connection_id) DO UPDATE SET erased_at = greatest(e.erased_at, excluded.erased_at)
RETURNING e.erased_at
""")


async def save_erasure(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, erased_at: datetime | None
) -> datetime:
    """Remember that what a connection showed until then is erased (until now, where it is not told)."""
    named = {"workspace_id": workspace_id, "connection_id": connection_id, "erased_at": erased_at}
    saved: datetime = (await conn.execute(_SAVE_ERASURE, named)).scalar_one()
    return saved


_LIST_RECORDS = text("""
SELECT source_id FROM source_identity
WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND first_seen_at <= :until
ORDER BY provider_id
LIMIT :at_most
""")


async def list_records(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, *, until: datetime, at_most: int
) -> list[UUID]:
    """List some source records of a connection that were first seen until then."""
    named = {"workspace_id": workspace_id, "connection_id": connection_id, "until": until, "at_most": at_most}
    return list((await conn.execute(_LIST_RECORDS, named)).scalars())


def _delete_sources(table: str) -> Any:
    return text(f"""
    DELETE FROM {table} WHERE ctid = ANY (ARRAY(
        SELECT t.ctid
        FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid)
        JOIN {table} t USING (workspace_id, source_id)
    ))
    """)  # noqa: S608 - the names are ours


_DELETE_BLOCKS = text("""
DELETE FROM block WHERE ctid = ANY (ARRAY(
    SELECT b.ctid
    FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid)
    JOIN weighed_record w USING (workspace_id, source_id)
    CROSS JOIN unnest(w.blocks) AS k
    JOIN block b ON b.workspace_id = r.workspace_id AND b.block = k AND b.source_id = r.source_id
))
""")

_DELETE_ALIKE = text("""
DELETE FROM alike WHERE ctid = ANY (ARRAY(
    SELECT a.ctid FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid)
    JOIN alike a ON a.workspace_id = r.workspace_id AND a.left_id = r.source_id
    UNION
    SELECT a.ctid FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid)
    JOIN alike a ON a.workspace_id = r.workspace_id AND a.right_id = r.source_id
))
""")

# A decision goes with the last record it names; until then it holds for the others.
_DELETE_DECISIONS = text("""
WITH erased AS (
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid)
), named AS (
    SELECT DISTINCT workspace_id, m.number FROM erased JOIN decision_member m USING (workspace_id, source_id)
)
DELETE FROM decision WHERE ctid = ANY (ARRAY(
    SELECT d.ctid FROM named n JOIN decision d USING (workspace_id, number)
    WHERE NOT EXISTS (
        SELECT FROM decision_member o
        WHERE o.workspace_id = n.workspace_id AND o.number = n.number
          AND o.source_id NOT IN (SELECT e.source_id FROM erased e)
    )
))
""")

_DELETE_SOURCES = [
    _DELETE_BLOCKS,
    _DELETE_ALIKE,
    _DELETE_DECISIONS,
    *map(_delete_sources, ("source_identity", "identity_map", "decision_member", "pin", "weighed_record")),
]


async def delete_records(conn: AsyncConnection, records: Collection[SourceRecord]) -> None:
    """Forget source records: their values and keys, their line of the map, what was decided of them and pinned."""
    await saving_queries.delete_keys(conn, [CarriedKeys(r.workspace_id, r.source_id, r.keys) for r in records])
    rows = as_json([SourceName(r.workspace_id, r.source_id) for r in records])
    for statement in _DELETE_SOURCES:
        await conn.execute(statement, {"rows": rows})


_MOVE_REDIRECTS = text("""
WITH heir AS (
    SELECT * FROM json_to_recordset(CAST(:heirs AS json)) AS r (erased uuid, heir uuid)
), moved AS (
    UPDATE redirect t SET source_id = h.heir FROM heir h
    WHERE t.workspace_id = :workspace_id AND t.source_id = h.erased
)
INSERT INTO redirect (workspace_id, old_id, source_id) SELECT :workspace_id, erased, heir FROM heir
ON CONFLICT (workspace_id, old_id) DO UPDATE SET source_id = excluded.source_id
""")

_DELETE_REDIRECTS = text("""
DELETE FROM redirect WHERE workspace_id = :workspace_id AND source_id = ANY (CAST(:source_ids AS uuid[]))
""")


async def redirect(
    conn: AsyncConnection, workspace_id: UUID, erased: Collection[UUID], heirs: Mapping[UUID, UUID]
) -> None:
    """Let the ids of erased records, and those that led to them, lead to their heirs; without one, nowhere."""
    moved = [{"erased": old_id, "heir": heir} for old_id, heir in heirs.items()]
    if moved:
        await conn.execute(_MOVE_REDIRECTS, {"workspace_id": workspace_id, "heirs": as_json(moved)})
    await conn.execute(
        _DELETE_REDIRECTS, {"workspace_id": workspace_id, "source_ids": list(set(erased) - heirs.keys())}
    )


async def forget_history(conn: AsyncConnection, workspace_id: UUID, erased: Set[UUID]) -> None:
    """Take records out of all that ever happened to them."""
    found = await find_history(conn, workspace_id, erased)
    kept = [StoredEntry(e.number, e.happened_at, left) for e in found if (left := changes.without(e.entry, erased))]
    numbers = {each.number for each in kept}
    await history_queries.rewrite_entries(
        conn, workspace_id, kept, [each for each in found if each.number not in numbers]
    )


async def find_history(conn: AsyncConnection, workspace_id: UUID, sources: Set[UUID]) -> list[StoredEntry]:
    """Find all that ever happened to records.

    An entry is found by the golden ids it concerns. A record begins under its own id, and each entry that names it
    tells under which id it went on.
    """
    found: dict[int, StoredEntry] = {}
    followed: set[UUID] = set()
    ids = set(sources)
    while ids:
        followed |= ids
        entries = await history_queries.list_entries(conn, workspace_id, ids)
        named = [each for each in entries if any(not sources.isdisjoint(side.members) for side in each.entry.sides)]
        found |= {each.number: each for each in named}
        ids = {id_ for each in named for id_ in _golden_ids(each)} - followed
    return list(found.values())


def _golden_ids(stored: StoredEntry) -> set[UUID]:
    return {stored.entry.golden_id, *(side.golden_id for side in stored.entry.sides)}


_DELETE_INTERACTIONS = [
    text(f"DELETE FROM {table} WHERE workspace_id = :workspace_id AND connection_id = :connection_id")  # noqa: S608
    for table in ("interaction", "interaction_contact")
]


async def delete_interactions(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Forget all that a connection told of what happened."""
    for statement in _DELETE_INTERACTIONS:
        await conn.execute(statement, {"workspace_id": workspace_id, "connection_id": connection_id})


_MARK_ERASED = text("""
UPDATE workspace SET erased = true, contacts = 0, entries = 0, decisions = 0, erasures = 0
WHERE workspace_id = :workspace_id
""")


async def delete_workspace(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Forget all of a workspace but that it was erased."""
    await conn.execute(_MARK_ERASED, {"workspace_id": workspace_id})
    for table in reversed(tables.metadata.sorted_tables):
        if table is not tables.workspace:
            await conn.execute(delete(table).where(table.c.workspace_id == workspace_id))

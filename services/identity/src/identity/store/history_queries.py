"""All SQL of the history: what happened to groups, and which golden records it concerns."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from servicekit.arrays import Kind, columns, integers, texts, uuids
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.resolution.changes import Cause, Entry, Side
from identity.resolution.matching import Edge

_sides = msgspec.json.Decoder(tuple[Side, ...])
_edges = msgspec.json.Decoder(tuple[Edge, ...])
_cause = msgspec.json.Decoder(Cause)


class StoredEntry(msgspec.Struct, frozen=True):
    """An entry under its number, which grows with time."""

    number: int
    happened_at: datetime
    entry: Entry
    undone_by: int | None = None


class _Row(msgspec.Struct, frozen=True, gc=False):
    """An entry as it lies in the table; what is nested is JSON."""

    workspace_id: UUID
    number: int
    kind: str
    golden_id: UUID
    sides: bytes
    edges: bytes
    cause: bytes | None
    caused_by: str | None


class _Concern(msgspec.Struct, frozen=True, gc=False):
    """A golden record that an entry tells something of."""

    workspace_id: UUID
    golden_id: UUID
    number: int


_ROW_COLUMNS: dict[str, Kind] = {
    "workspace_id": uuids,
    "number": integers,
    "kind": texts,
    "golden_id": uuids,
    "sides": texts,
    "edges": texts,
    "cause": texts,
    "caused_by": texts,
}
_CONCERN_COLUMNS: dict[str, Kind] = {"workspace_id": uuids, "golden_id": uuids, "number": integers}

_SAVE_ENTRIES = """
INSERT INTO history (workspace_id, number, kind, golden_id, sides, edges, cause, caused_by)
SELECT workspace_id, number, kind, golden_id, sides, edges, cause, CAST(caused_by AS uuid)
FROM unnest(%(workspace_id)s, %(number)s, %(kind)s, %(golden_id)s, %(sides)s, %(edges)s, %(cause)s, %(caused_by)s)
    AS r (workspace_id, number, kind, golden_id, sides, edges, cause, caused_by)
"""

_SAVE_CONCERNS = """
INSERT INTO history_golden (workspace_id, golden_id, number)
SELECT * FROM unnest(%(workspace_id)s, %(golden_id)s, %(number)s)
"""


async def save_entries(conn: AsyncConnection, entries: Iterable[tuple[UUID, int, Sequence[Entry]]]) -> None:
    """Write entries of workspaces, numbered on from the last number each has."""
    rows: list[_Row] = []
    concerns: list[_Concern] = []
    for workspace_id, last, new in entries:
        for number, entry in enumerate(new, last + 1):
            rows.append(_row(workspace_id, number, entry))
            concerns += [_Concern(workspace_id, golden_id, number) for golden_id in _concerned(entry)]
    if rows:
        await conn.exec_driver_sql(_SAVE_ENTRIES, columns(rows, _ROW_COLUMNS))
        await conn.exec_driver_sql(_SAVE_CONCERNS, columns(concerns, _CONCERN_COLUMNS))


def _row(workspace_id: UUID, number: int, entry: Entry) -> _Row:
    cause = entry.cause
    return _Row(
        workspace_id,
        number,
        entry.kind,
        entry.golden_id,
        msgspec.json.encode(entry.sides),
        msgspec.json.encode(entry.edges),
        msgspec.json.encode(cause) if cause else None,
        str(cause.by) if cause and cause.by else None,
    )


def _concerned(entry: Entry) -> set[UUID]:
    return {entry.golden_id, *(side.golden_id for side in entry.sides)}


_MARK_UNDONE = text("""
UPDATE history SET undone_by = :by
WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS bigint[])) AND undone_by IS NULL
""")


async def mark_undone(conn: AsyncConnection, workspace_id: UUID, numbers: Collection[int], *, by: int) -> None:
    """Note which entry undid these."""
    await conn.execute(_MARK_UNDONE, {"workspace_id": workspace_id, "numbers": list(numbers), "by": by})


_LIST_ENTRIES = text("""
SELECT h.number, h.kind, h.happened_at, h.golden_id, h.sides, h.edges, h.cause, h.undone_by
FROM history h
WHERE h.workspace_id = :workspace_id AND h.number < :before AND h.number IN (
    SELECT g.number FROM history_golden g
    WHERE g.workspace_id = :workspace_id AND g.golden_id = ANY (CAST(:golden_ids AS uuid[]))
)
ORDER BY h.number DESC
LIMIT :at_most
""")

LAST = 2**62


async def list_entries(
    conn: AsyncConnection,
    workspace_id: UUID,
    golden_ids: Collection[UUID],
    *,
    before: int = LAST,
    at_most: int | None = None,
) -> list[StoredEntry]:
    """List what happened to these golden records, the latest first."""
    named = {
        "workspace_id": workspace_id,
        "golden_ids": list(golden_ids),
        "before": before,
        "at_most": at_most,
    }
    return [stored(row) for row in await conn.execute(_LIST_ENTRIES, named)]


def stored(row: Row[Any]) -> StoredEntry:
    """Read an entry from its row."""
    entry = Entry(
        kind=row.kind,
        golden_id=row.golden_id,
        sides=_sides.decode(row.sides),
        edges=_edges.decode(row.edges),
        cause=_cause.decode(row.cause) if row.cause else None,
    )
    return StoredEntry(row.number, row.happened_at, entry, row.undone_by)


_FIND_ENTRIES = text("""
SELECT number, kind, happened_at, golden_id, sides, edges, cause, undone_by FROM history
WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS bigint[]))
ORDER BY number
""")


async def find_entry(conn: AsyncConnection, workspace_id: UUID, number: int) -> StoredEntry | None:
    """Find an entry by its number."""
    return next(iter(await find_entries(conn, workspace_id, [number])), None)


async def find_entries(conn: AsyncConnection, workspace_id: UUID, numbers: Collection[int]) -> list[StoredEntry]:
    """Find entries by their numbers, in their order; those that are not there are left out."""
    named = {"workspace_id": workspace_id, "numbers": list(numbers)}
    return [stored(row) for row in await conn.execute(_FIND_ENTRIES, named)]


_BY_RULE_SINCE = text("""
SELECT number, kind, happened_at, golden_id, sides, edges, cause, undone_by FROM history
WHERE workspace_id = :workspace_id AND kind = 'joined' AND cause IS NULL AND undone_by IS NULL
  AND happened_at >= :since AND number < :before
ORDER BY number DESC LIMIT :at_most
""")


async def list_joined_by_rule(
    conn: AsyncConnection, workspace_id: UUID, *, since: datetime, before: int, at_most: int
) -> list[StoredEntry]:
    """List what rules joined since then and nobody undid, the latest first."""
    named = {"workspace_id": workspace_id, "since": since, "before": before, "at_most": at_most}
    return [stored(row) for row in await conn.execute(_BY_RULE_SINCE, named)]


_REWRITE_ENTRIES = """
UPDATE history h SET sides = r.sides, edges = r.edges
FROM unnest(%(workspace_id)s, %(number)s, %(sides)s, %(edges)s) AS r (workspace_id, number, sides, edges)
WHERE h.workspace_id = r.workspace_id AND h.number = r.number
"""

_DELETE_ENTRIES = text("""
WITH forgotten AS (
    DELETE FROM history WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS bigint[]))
)
DELETE FROM history_golden WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS bigint[]))
    AND golden_id = ANY (CAST(:golden_ids AS uuid[]))
""")


async def rewrite_entries(
    conn: AsyncConnection, workspace_id: UUID, entries: Collection[StoredEntry], forgotten: Collection[StoredEntry]
) -> None:
    """Write entries anew as they are here, and delete others."""
    if entries:
        rows = [_row(workspace_id, each.number, each.entry) for each in entries]
        kinds = {name: _ROW_COLUMNS[name] for name in ("workspace_id", "number", "sides", "edges")}
        await conn.exec_driver_sql(_REWRITE_ENTRIES, columns(rows, kinds))
    if forgotten:
        concerned = {id_ for each in forgotten for id_ in _concerned(each.entry)}
        numbers = [each.number for each in forgotten]
        await conn.execute(
            _DELETE_ENTRIES, {"workspace_id": workspace_id, "numbers": numbers, "golden_ids": list(concerned)}
        )

"""All SQL of one person as a whole: what is held of them, and forgetting what happened with them."""

from collections.abc import Collection, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from contracts.exports import HeldDecision, HeldPin
from contracts.golden_records import SourceName
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.path.timeline_queries import SourceAddress

_COUNT_HELD = text("""
WITH source AS (
    SELECT unnest(CAST(:source_ids AS uuid[])) AS source_id
)
SELECT
    (SELECT count(DISTINCT m.number) FROM source s
     JOIN decision_member m ON m.workspace_id = :workspace_id AND m.source_id = s.source_id) AS decisions,
    (SELECT count(*) FROM source s
     JOIN pin p ON p.workspace_id = :workspace_id AND p.source_id = s.source_id) AS pins,
    (SELECT count(*) FROM (
        SELECT a.left_id, a.right_id FROM source s
        JOIN alike a ON a.workspace_id = :workspace_id AND a.left_id = s.source_id
        UNION
        SELECT a.left_id, a.right_id FROM source s
        JOIN alike a ON a.workspace_id = :workspace_id AND a.right_id = s.source_id) pair) AS pairs,
    (SELECT count(*) FROM source s
     JOIN redirect r ON r.workspace_id = :workspace_id AND r.source_id = s.source_id) AS redirects
""")


class Held(msgspec.Struct, frozen=True):
    """How much there is that names some records."""

    decisions: int
    pins: int
    pairs: int
    redirects: int


async def count_held(conn: AsyncConnection, workspace_id: UUID, source_ids: Collection[UUID]) -> Held:
    """Count what names these records."""
    named = {"workspace_id": workspace_id, "source_ids": list(source_ids)}
    return Held(*(await conn.execute(_COUNT_HELD, named)).one())


# Which interactions name these contacts, and who is left in each: an id is a contact's within its connection.
_NAMED = """
WITH erased AS (
    SELECT * FROM json_to_recordset(CAST(:sources AS json)) AS r (connection_id uuid, provider_id text)
), named AS (
    SELECT DISTINCT c.connection_id, c.kind, c.provider_id FROM erased e
    JOIN interaction_contact c
        ON c.workspace_id = :workspace_id AND c.connection_id = e.connection_id AND c.contact_id = e.provider_id
), remaining AS (
    SELECT n.connection_id, n.kind, n.provider_id, ARRAY(
        SELECT o.contact_id FROM unnest(i.contact_ids) WITH ORDINALITY AS o (contact_id, place)
        WHERE (n.connection_id, o.contact_id) NOT IN (SELECT e.connection_id, e.provider_id FROM erased e)
        ORDER BY o.place) AS contact_ids
    FROM named n
    JOIN interaction i ON i.workspace_id = :workspace_id AND i.connection_id = n.connection_id AND i.kind = n.kind
        AND i.provider_id = n.provider_id
)
"""

_COUNT_NAMED = text(f"""{_NAMED}
SELECT count(*) FILTER (WHERE contact_ids = '{{}}') AS alone, count(*) FILTER (WHERE contact_ids <> '{{}}') AS among
FROM remaining
""")  # noqa: S608 - the part is ours

# What concerned nobody else is as gone as any that its provider took away: its revision stays, and makes what is told
# late old news.
_FORGET_NAMED = text(f"""{_NAMED}, mention AS (
    DELETE FROM interaction_contact WHERE ctid = ANY (ARRAY(
        SELECT c.ctid FROM erased e
        JOIN interaction_contact c
            ON c.workspace_id = :workspace_id AND c.connection_id = e.connection_id AND c.contact_id = e.provider_id))
)
UPDATE interaction i
SET contact_ids = r.contact_ids,
    interaction = CASE WHEN r.contact_ids <> '{{}}' THEN CAST(
        CAST(i.interaction AS jsonb) || jsonb_build_object('contact_ids', to_jsonb(r.contact_ids)) AS text) END
FROM remaining r
WHERE i.workspace_id = :workspace_id AND (i.connection_id, i.kind, i.provider_id)
                                       = (r.connection_id, r.kind, r.provider_id)
""")  # noqa: S608 - as above


class Named(msgspec.Struct, frozen=True):
    """How many interactions name some contacts: nobody else, or others too."""

    alone: int
    among: int


async def count_named(conn: AsyncConnection, workspace_id: UUID, sources: Sequence[SourceAddress]) -> Named:
    """Count the interactions that name these contacts."""
    named = {"workspace_id": workspace_id, "sources": as_json(sources)}
    return Named(*(await conn.execute(_COUNT_NAMED, named)).one())


async def forget_named(conn: AsyncConnection, workspace_id: UUID, sources: Sequence[SourceAddress]) -> None:
    """Empty the interactions that name nobody but these contacts, and take the mention of them out of the others."""
    await conn.execute(_FORGET_NAMED, {"workspace_id": workspace_id, "sources": as_json(sources)})


_LIST_PINS = text("""
SELECT p.number, p.field, p.value, p.pinned_by, p.pinned_at, p.withdrawn_at
FROM unnest(CAST(:source_ids AS uuid[])) AS s (source_id)
JOIN pin p ON p.workspace_id = :workspace_id AND p.source_id = s.source_id
ORDER BY p.number
""")


async def list_pins(conn: AsyncConnection, workspace_id: UUID, source_ids: Collection[UUID]) -> list[HeldPin]:
    """List the pins that hang on these records, those taken back too."""
    named = {"workspace_id": workspace_id, "source_ids": list(source_ids)}
    return [
        HeldPin(
            number=row.number,
            field=row.field,
            value=row.value,
            pinned_by=row.pinned_by,
            pinned_at=row.pinned_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in await conn.execute(_LIST_PINS, named)
    ]


_LIST_DECISIONS = text("""
WITH spoken AS (
    SELECT DISTINCT m.number FROM unnest(CAST(:source_ids AS uuid[])) AS s (source_id)
    JOIN decision_member m ON m.workspace_id = :workspace_id AND m.source_id = s.source_id
)
SELECT d.number, d.verdict, d.decided_by, d.decided_at, d.withdrawn_at, m.side, i.connection_id, i.provider,
       i.provider_id
FROM spoken n
JOIN decision d ON d.workspace_id = :workspace_id AND d.number = n.number
JOIN decision_member m ON m.workspace_id = :workspace_id AND m.number = n.number
JOIN source_identity i ON i.workspace_id = :workspace_id AND i.source_id = m.source_id
ORDER BY d.number, m.side, i.first_seen_at, m.source_id
""")


async def list_decisions(conn: AsyncConnection, workspace_id: UUID, source_ids: Collection[UUID]) -> list[HeldDecision]:
    """List the decisions that name these records, whole, those taken back too."""
    named = {"workspace_id": workspace_id, "source_ids": list(source_ids)}
    rows = (await conn.execute(_LIST_DECISIONS, named)).all()
    return [_decision(list(some)) for _, some in groupby(rows, key=attrgetter("number"))]


def _decision(rows: Sequence[Row[Any]]) -> HeldDecision:
    first = rows[0]
    return HeldDecision(
        number=first.number,
        verdict=first.verdict,
        sides=tuple(tuple(map(_source_name, side)) for _, side in groupby(rows, key=attrgetter("side"))),
        decided_by=first.decided_by,
        decided_at=first.decided_at,
        withdrawn_at=first.withdrawn_at,
    )


def _source_name(row: Row[Any]) -> SourceName:
    return SourceName(connection_id=row.connection_id, provider=row.provider, provider_id=row.provider_id)

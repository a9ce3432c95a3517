"""All SQL that explaining needs of its own."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.resolution.suggestions import Suggestion
from identity.tables import suggestion


class Spoken(msgspec.Struct, frozen=True):
    """Who decided, and when."""

    decided_by: UUID | None
    decided_at: datetime


_WHO_DECIDED = text("""
SELECT number, decided_by, decided_at FROM decision
WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS integer[]))
""")


async def load_spoken(conn: AsyncConnection, workspace_id: UUID, numbers: Collection[int]) -> dict[int, Spoken]:
    """Tell of decisions who made them, and when."""
    rows = await conn.execute(_WHO_DECIDED, {"workspace_id": workspace_id, "numbers": list(numbers)})
    return {row.number: Spoken(row.decided_by, row.decided_at) for row in rows}


_FIND_SOURCE = text("""
SELECT source_id FROM source_identity
WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND provider_id = :provider_id
""")


async def find_source(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, provider_id: str) -> UUID | None:
    """Find a source record by what it is called outside."""
    named = {"workspace_id": workspace_id, "connection_id": connection_id, "provider_id": provider_id}
    return (await conn.execute(_FIND_SOURCE, named)).scalar_one_or_none()


async def list_questions_of(
    conn: AsyncConnection, workspace_id: UUID, golden_id: UUID
) -> list[tuple[Suggestion, datetime | None]]:
    """List the questions asked of a golden record, those put off too, the strongest first."""
    asked = (
        select(suggestion)
        .where(suggestion.c.workspace_id == workspace_id)
        .where(or_(suggestion.c.older_id == golden_id, suggestion.c.younger_id == golden_id))
        .order_by(suggestion.c.strength.desc(), suggestion.c.suggestion_id.desc())
    )
    return [
        (Suggestion(**{name: row[name] for name in Suggestion.__struct_fields__}), row["put_off_until"])
        for row in (await conn.execute(asked)).mappings()
    ]

"""All SQL about words that were said under a key."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Said(msgspec.Struct, frozen=True):
    """What was said under a key, as a fingerprint, and the entries of the history it led to."""

    fingerprint: bytes
    entries: tuple[int, ...]


_FIND = text("SELECT fingerprint, entries FROM said_once WHERE workspace_id = :workspace_id AND key = :key")

_SAVE = text("""
WITH forgotten AS (
    DELETE FROM said_once WHERE workspace_id = :workspace_id AND said_at < now() - make_interval(days => :days)
)
INSERT INTO said_once (workspace_id, key, fingerprint, entries)
VALUES (:workspace_id, :key, :fingerprint, CAST(:entries AS bigint[]))
""")


async def find_said(conn: AsyncConnection, workspace_id: UUID, key: str) -> Said | None:
    """Find what was said under a key."""
    row = (await conn.execute(_FIND, {"workspace_id": workspace_id, "key": key})).one_or_none()
    return Said(bytes(row.fingerprint), tuple(row.entries)) if row else None


async def save_said(
    conn: AsyncConnection, workspace_id: UUID, key: str, fingerprint: bytes, entries: Sequence[int], *, days: int
) -> None:
    """Keep what was said under a key, and forget what was said that many days ago."""
    named = {
        "workspace_id": workspace_id,
        "key": key,
        "fingerprint": fingerprint,
        "entries": list(entries),
        "days": days,
    }
    await conn.execute(_SAVE, named)

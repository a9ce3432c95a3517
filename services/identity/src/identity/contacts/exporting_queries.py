"""All SQL of exports: who took contacts out, and how often."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

KEPT_DAYS = 90

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('exports:' || :workspace_id, 0))")

_WAIT = text("""
SELECT ceil(extract(epoch FROM min(asked_at) - now()) + :window_seconds)::int FROM (
    SELECT asked_at FROM contact_export
    WHERE workspace_id = :workspace_id AND asked_at > now() - make_interval(secs => :window_seconds)
    ORDER BY asked_at DESC LIMIT :most
) AS latest
HAVING count(*) = :most
""")

_NOTE = text("""
WITH old AS (
    DELETE FROM contact_export
    WHERE workspace_id = :workspace_id AND asked_at < now() - make_interval(days => :kept_days)
)
INSERT INTO contact_export (workspace_id, export_id, asked_by) VALUES (:workspace_id, :export_id, :asked_by)
""")


async def note_export(
    conn: AsyncConnection, workspace_id: UUID, export_id: UUID, *, asked_by: UUID, most: int, window_seconds: int
) -> int | None:
    """Note an export; or note none, and tell in how many seconds there may be another."""
    # Those who ask at once are counted one after the other.
    await conn.execute(_LOCK, {"workspace_id": str(workspace_id)})
    given = {"workspace_id": workspace_id, "most": most, "window_seconds": window_seconds}
    wait: int | None = (await conn.execute(_WAIT, given)).scalar_one_or_none()
    if wait is not None:
        return max(wait, 1)
    noted = {"workspace_id": workspace_id, "export_id": export_id, "asked_by": asked_by, "kept_days": KEPT_DAYS}
    await conn.execute(_NOTE, noted)
    return None

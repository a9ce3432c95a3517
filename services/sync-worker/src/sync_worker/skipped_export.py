"""What could not be read, as a CSV file that a spreadsheet may open."""

from collections.abc import AsyncIterator
from uuid import UUID

from servicekit import spreadsheets
from servicekit.database import Database

from sync_worker import queries

AT_ONCE = 1_000
HEADER = ("line", "id", "reason", "record", "skipped_at")


async def write_skipped(db: Database, workspace_id: UUID, connection_id: UUID) -> AsyncIterator[bytes]:
    """Write all that could not be read of a connection, the oldest first, some rows at a time."""
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.rows([HEADER])
    after: UUID | None = None
    while True:
        async with db.transaction(workspace_id) as conn:
            found = await queries.list_skipped_after(conn, workspace_id, connection_id, after=after, at_most=AT_ONCE)
        if not found:
            return
        yield spreadsheets.rows(
            (
                "" if row.line is None else str(row.line),
                row.provider_id or "",
                row.reason,
                row.raw.decode(errors="replace"),
                row.skipped_at.isoformat(),
            )
            for row in found
        )
        after = found[-1].skipped_id

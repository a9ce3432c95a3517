"""What could not be read, as a CSV file that a spreadsheet may open."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

from servicekit.database import Database

from sync_worker import queries

AT_ONCE = 1_000
HEADER = ("line", "id", "reason", "record", "skipped_at")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Without it spreadsheets take UTF-8 for an old encoding."""

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")


async def write_skipped(db: Database, workspace_id: UUID, connection_id: UUID) -> AsyncIterator[bytes]:
    """Write all that could not be read of a connection, the oldest first, some rows at a time."""
    yield BYTE_ORDER_MARK + _rows([HEADER])
    after: UUID | None = None
    while True:
        async with db.transaction(workspace_id) as conn:
            found = await queries.list_skipped_after(conn, workspace_id, connection_id, after=after, at_most=AT_ONCE)
        if not found:
            return
        yield _rows(
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


def harmless(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_BEGINS) else cell


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(map(harmless, row) for row in rows)
    return written.getvalue().encode()

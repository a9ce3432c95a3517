"""Golden records as a CSV file (RFC 4180), the first seen first, written while they are read.

They are read some at a time, each time in a transaction of its own, from the last one's id on: however long somebody
takes to fetch a million, no transaction stays open and memory holds one slice. What changes meanwhile is written as it
is when it is reached; what is there from beginning to end is written, once.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from servicekit import spreadsheets
from servicekit.database import Database
from servicekit.errors import BadRequest, TooManyRequests
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import exporting_queries, reading_queries
from identity.resolution import golden
from identity.resolution.golden import GoldenRow
from identity.resolution.records import SourceRecord
from identity.search import finding, finding_queries
from identity.search.columns import COLUMNS, Column
from identity.search.finding import Search
from identity.search.finding_queries import Page, Place, Wanted
from identity.store import decision_queries, rules_queries
from identity.store.queries import SourceName

log = structlog.get_logger()

AT_ONCE = 1_000
SLICE_SECONDS = 15.0
MOST_EXPORTS = 10
WINDOW_SECONDS = 600

_SEVERAL = "; "
"""What stands between several values in one cell."""

_STORED: frozenset[Column] = frozenset(
    ("id", "first_name", "last_name", "email", "phone", "company", "job_title", "sources", "created_at", "updated_at",
     "last_interaction_at")
)  # fmt: skip
"""Columns for which members need not be read."""


class TooManyExports(TooManyRequests):
    """A workspace that took its contacts out too often of late."""

    slug = "too-many-exports"
    title = "Too many exports; wait a little"


class ColumnUnknown(BadRequest):
    """A column that golden records do not have."""

    slug = "column-unknown"
    title = "There is no such column"


def read_columns(names: str | None) -> tuple[Column, ...]:
    """Read which columns are asked for; all where none are. Raises `ColumnUnknown`."""
    if not names:
        return COLUMNS
    asked = dict.fromkeys(name.strip() for name in names.split(","))
    if unknown := [name for name in asked if name not in COLUMNS]:
        raise ColumnUnknown(columns=unknown, known=COLUMNS)
    return tuple(column for name in asked for column in COLUMNS if column == name)


async def begin_export(conn: AsyncConnection, search: Search, *, asked_by: UUID) -> Wanted:
    """Note who takes contacts out, and make ready to look for them. Raises `TooManyExports`."""
    wait = await exporting_queries.note_export(
        conn, search.workspace_id, uuid4(), asked_by=asked_by, most=MOST_EXPORTS, window_seconds=WINDOW_SECONDS
    )
    if wait is not None:
        raise TooManyExports(f"at most {MOST_EXPORTS} in {WINDOW_SECONDS // 60} minutes", retry_after=wait)
    log.info("contacts_exported", workspace_id=str(search.workspace_id), asked_by=str(asked_by))
    return await finding.wanted(conn, search)


async def write_export(
    db: Database, wanted: Wanted, columns: Sequence[Column], *, byte_order_mark: bool
) -> AsyncIterator[bytes]:
    """Write what is wanted, some rows at a time."""
    yield (spreadsheets.BYTE_ORDER_MARK if byte_order_mark else b"") + spreadsheets.rows([columns])
    after: Place | None = None
    while True:
        async with db.transaction(wanted.workspace_id, statement_seconds=SLICE_SECONDS) as conn:
            places = await finding_queries.list_by_id(conn, wanted, Page("created_at", after, AT_ONCE))
            if not places:
                return
            cells = await _cells(conn, wanted.workspace_id, [place.golden_id for place in places], columns)
        yield spreadsheets.rows(cells)
        if len(places) < AT_ONCE:
            return
        after = places[-1]


async def _cells(
    conn: AsyncConnection, workspace_id: UUID, golden_ids: Sequence[UUID], columns: Sequence[Column]
) -> list[list[str]]:
    rows = await reading_queries.list_golden(conn, workspace_id, golden_ids)
    members: dict[UUID, list[SourceRecord]] = {}
    if not _STORED.issuperset(columns):
        members = await reading_queries.list_members(conn, workspace_id, [row.golden_id for row, _ in rows])
    named = [SourceName(workspace_id, each.source_id) for own in members.values() for each in own]
    pins = await decision_queries.pins_on(conn, named) if named else {}
    survivorship = (await rules_queries.current_rules(conn, workspace_id)).survivorship
    written = []
    for row, happened_at in rows:
        living = golden.newest_first(members.get(row.golden_id, ()))
        pinned = golden.pinned_of([member.source_id for member in members.get(row.golden_id, ())], pins)
        values = golden.values(living, pinned, survivorship) if living else {}
        written.append([_cell(column, row, living, happened_at, values) for column in columns])
    return written


def _cell(
    column: Column,
    row: GoldenRow,
    living: Sequence[SourceRecord],
    happened_at: datetime | None,
    values: Mapping[str, str],
) -> str:
    value: Any
    if column == "id":
        value = row.golden_id
    elif column == "emails":
        value = _SEVERAL.join(golden.all_emails(living))
    elif column == "phones":
        value = _SEVERAL.join(golden.all_phones(living))
    elif column == "sources":
        value = _SEVERAL.join(row.providers)
    elif column == "source_records":
        value = _SEVERAL.join(sorted(f"{record.provider}:{record.provider_id}" for record in living))
    elif column == "last_interaction_at":
        value = happened_at
    elif column in _STORED:
        value = getattr(row, column)
    else:
        value = values.get(column)
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)

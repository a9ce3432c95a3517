"""The companies that a company's persons work at."""

import zlib
from typing import Any

from sandbox.people import COLLEAGUES
from sandbox.pipedrive.stamps import stamp
from sandbox.records import Record, Table
from sandbox.rosters import Roster
from sandbox.wire import JSON

_ORGANIZATION: dict[str, Any] = {
    "name": None, "owner_id": None, "visible_to": 3, "address": None, "label_ids": [], "website": None,
    "linkedin": None, "industry": None, "annual_revenue": None, "employee_count": None, "custom_fields": {},
}  # fmt: skip


def seeded(roster: Roster) -> int:
    """How many there are before anyone touches them: those where somebody of the roster works."""
    return (roster.edge - 1) // COLLEAGUES - roster.first // COLLEAGUES + 1 if roster.rows else 0


def row_at(roster: Roster, person_row: int) -> int:
    """The company where a person of the roster works."""
    return roster.number(person_row) // COLLEAGUES - roster.first // COLLEAGUES


def properties(roster: Roster, row: int, user_ids: tuple[int, ...]) -> dict[str, Any]:
    """The company of a row."""
    company = roster.world.company(roster.first // COLLEAGUES + row)
    return {
        "name": company.name,
        "owner_id": user_ids[zlib.crc32(company.domain.encode()) % len(user_ids)],
        "website": f"https://{company.domain}",
    }


def shown(table: Table, row: int, record: Record) -> JSON:
    """An organization of v2."""
    times = {"add_time": stamp(record.created), "update_time": stamp(record.modified)}
    return {
        "id": int(table.id_of(row)),
        **_ORGANIZATION,
        **times,
        "is_deleted": not record.living,
        **record.properties,
    }

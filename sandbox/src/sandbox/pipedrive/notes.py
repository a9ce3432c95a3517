"""Notes as v1 writes them, where they are left."""

from typing import Any

from sandbox.names import FIRST_WORDS
from sandbox.pipedrive.stamps import old_stamp
from sandbox.records import Record, Table
from sandbox.wire import JSON

_WRITTEN = (
    "Prefers to be called in the <b>morning</b>.",
    "<p>Wants the offer in writing.</p><ul><li>price</li><li>delivery</li></ul>",
    "Met at the fair &amp; liked the demo.",
    "No budget before spring.",
)


def properties(luck: int, *, person_id: int | None, deal_id: int, user_id: int) -> dict[str, Any]:
    """What luck makes of one."""
    return {
        "content": f"{_WRITTEN[luck & 3]} {FIRST_WORDS[luck >> 8 & 63]}",
        "person_id": person_id,
        "deal_id": deal_id if luck >> 16 & 3 == 0 else None,
        "user_id": user_id,
    }


def shown(table: Table, row: int, record: Record, *, persons: Table, user: JSON) -> JSON:
    """A note, with the names of what it is about and of who wrote it."""
    given = record.properties
    person_row = persons.row_of(str(given.get("person_id")))
    person = None if person_row is None else {"name": persons.record(person_row).properties.get("name")}
    pinned = ("deal", "person", "organization", "lead", "project", "task")
    return {
        "id": int(table.id_of(row)),
        "user_id": given.get("user_id"),
        **{name: given.get(name) for name in ("deal_id", "person_id", "org_id", "lead_id", "project_id", "task_id")},
        "content": given.get("content"),
        "add_time": old_stamp(record.created),
        "update_time": old_stamp(record.modified),
        "active_flag": record.living,
        **{f"pinned_to_{what}_flag": False for what in pinned},
        "last_update_user_id": None,
        "organization": None,
        "person": person,
        "deal": None,
        "lead": None,
        "project": None,
        "task": None,
        "user": {"email": user["email"], "name": user["name"], "icon_url": None, "is_you": False},
    }

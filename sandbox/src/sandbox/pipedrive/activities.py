"""Activities as Pipedrive writes them: in v2, and in v1's feed."""

from typing import Any

from sandbox.clock import iso
from sandbox.names import FIRST_WORDS
from sandbox.pipedrive.stamps import old_stamp, stamp
from sandbox.records import Record, Table
from sandbox.wire import JSON

TYPES = ("call", "meeting", "task", "deadline", "email", "lunch")
_WORDS = ("Discovery", "Follow-up", "Contract", "Handover", "Quarterly", "First", "Second", "Feedback")
_NOTES = (None, None, "Bring the <b>figures</b>.", "They asked for a visit.<br>Ring before.")
_ACTIVITY: dict[str, Any] = {
    "subject": None, "type": "task", "owner_id": None, "creator_user_id": None, "deal_id": None, "lead_id": None,
    "person_id": None, "org_id": None, "project_id": None, "due_date": None, "due_time": None, "duration": None,
    "busy": False, "done": False, "marked_as_done_time": None, "location": None, "participants": [],
    "conference_meeting_client": None, "conference_meeting_url": None, "conference_meeting_id": None,
    "public_description": None, "priority": None, "note": None,
}  # fmt: skip


def properties(luck: int, *, due_ms: int, person_id: int | None, other_id: int | None, deal_id: int) -> dict[str, Any]:
    """What luck makes of one; every fourth is with a second person too."""
    kind = TYPES[luck % len(TYPES)]
    with_clock = luck >> 8 & 3 > 0
    people: list[int | None] = [] if person_id is None else [person_id]
    if people and luck >> 12 & 3 == 0 and other_id not in {None, person_id}:
        people.append(other_id)
    day, _, clock = iso(due_ms // 60_000 * 60_000).partition("T")
    return {
        "subject": f"{_WORDS[luck >> 16 & 7]} {kind} {FIRST_WORDS[luck >> 20 & 63]}",
        "type": kind,
        "due_date": day,
        "due_time": clock[:5] if with_clock else None,
        "duration": "00:30" if with_clock else None,
        "done": bool(luck >> 26 & 1),
        "note": _NOTES[luck >> 28 & 3],
        "priority": (None, 101, 102, 103)[luck >> 30 & 3],
        "person_id": person_id,
        "participants": [{"person_id": each, "primary": place == 0} for place, each in enumerate(people)],
        "deal_id": deal_id if luck >> 32 & 1 else None,
    }


def shown(table: Table, row: int, record: Record, *, attendees: bool = False) -> JSON:
    """An activity of v2; who attends is told when it is asked for."""
    times = {"add_time": stamp(record.created), "update_time": stamp(record.modified)}
    whole = {
        "id": int(table.id_of(row)),
        **_ACTIVITY,
        **times,
        "is_deleted": not record.living,
        "attendees": None,
        **record.properties,
    }
    whole["creator_user_id"] = whole["creator_user_id"] or whole["owner_id"]
    if not attendees:
        del whole["attendees"]
    return whole


def old(table: Table, row: int, record: Record) -> JSON:
    """An activity of v1, as far as the feed's readers look."""
    given = record.properties
    copied = ("subject", "type", "due_date", "deal_id", "person_id", "org_id", "note", "priority")
    return {
        "id": int(table.id_of(row)),
        "user_id": given.get("owner_id"),
        "done": given.get("done", False),
        **{name: given.get(name) for name in copied},
        "due_time": given.get("due_time") or "",
        "duration": given.get("duration") or "",
        "active_flag": record.living,
        "add_time": old_stamp(record.created),
        "update_time": old_stamp(record.modified),
        "participants": [
            {"person_id": each["person_id"], "primary_flag": each["primary"]}
            for each in given.get("participants") or ()
        ],
    }

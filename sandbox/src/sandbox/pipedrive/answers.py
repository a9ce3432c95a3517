"""Persons and deals as Pipedrive writes them: in v2, and in what is left of v1."""

from typing import Any

from sandbox.clock import iso
from sandbox.pipedrive.company import Company
from sandbox.records import Record, Table
from sandbox.wire import JSON

_NO_VALUE = [{"value": "", "primary": True}]
_PERSON: dict[str, Any] = {
    "name": None, "first_name": None, "last_name": None, "owner_id": None, "org_id": None, "emails": [], "phones": [],
    "visible_to": 3, "label_ids": [], "picture_id": None, "custom_fields": {}, "notes": None, "im": [],
    "birthday": None, "job_title": None, "postal_address": None,
}  # fmt: skip
_DEAL: dict[str, Any] = {
    "title": None, "creator_user_id": None, "owner_id": None, "value": 0, "person_id": None, "org_id": None,
    "stage_id": None, "pipeline_id": None, "currency": "EUR", "probability": None, "lost_reason": None,
    "visible_to": 3, "close_time": None, "won_time": None, "lost_time": None, "stage_change_time": None,
    "local_won_date": None, "local_lost_date": None, "local_close_date": None, "expected_close_date": None,
    "label_ids": [], "origin": "ManuallyCreated", "origin_id": None, "channel": None, "channel_id": None,
    "is_archived": False, "archive_time": None, "custom_fields": None,
}  # fmt: skip


def person(company: Company, row: int, record: Record) -> JSON:
    """A person of v2."""
    return _one(company.persons, row, record, _PERSON)


def deal(company: Company, row: int, record: Record) -> JSON:
    """A deal of v2; one that was deleted says so in its status too."""
    shown = _one(company.deals, row, record, _DEAL)
    shown["creator_user_id"] = shown["creator_user_id"] or shown["owner_id"]
    if shown["is_archived"]:
        shown["archive_time"] = shown["update_time"]
    if not record.living:
        shown["status"] = "deleted"
    return shown


def old_person(company: Company, row: int, record: Record) -> JSON:
    """A person of v1: lists without anything hold an empty value, times have a blank, ids are objects."""
    given = record.properties
    return {
        "id": int(company.persons.id_of(row)),
        "company_id": company.company_id,
        "owner_id": _user(company, given.get("owner_id")),
        "org_id": None,
        **{name: given.get(name) for name in ("name", "first_name", "last_name")},
        "active_flag": record.living,
        "phone": given.get("phones") or _NO_VALUE,
        "email": given.get("emails") or _NO_VALUE,
        "first_char": str(given.get("name") or "?")[:1].lower(),
        "update_time": old_stamp(record.modified),
        "delete_time": None if record.living else old_stamp(record.modified),
        "add_time": old_stamp(record.created),
        "visible_to": "3",
        "picture_id": None,
        "label": None,
        "label_ids": given.get("label_ids") or [],
        "job_title": given.get("job_title"),
    }


def old_deal(company: Company, row: int, record: Record) -> JSON:
    """A deal of v1."""
    given = record.properties
    return {
        "id": int(company.deals.id_of(row)),
        "user_id": given.get("owner_id"),
        **{name: given.get(name) for name in ("title", "value", "currency", "person_id", "stage_id", "pipeline_id")},
        "status": given.get("status", "open") if record.living else "deleted",
        "active": record.living and given.get("status", "open") == "open",
        "deleted": not record.living,
        "add_time": old_stamp(record.created),
        "update_time": old_stamp(record.modified),
    }


def stamp(ms: int) -> str:
    """A time in v2: whole seconds."""
    return iso(ms // 1000 * 1000)


def old_stamp(ms: int) -> str:
    """A time in v1."""
    return stamp(ms).replace("T", " ").removesuffix("Z")


def _one(table: Table, row: int, record: Record, usual: dict[str, Any]) -> JSON:
    times = {"add_time": stamp(record.created), "update_time": stamp(record.modified)}
    return {"id": int(table.id_of(row)), **usual, **times, "is_deleted": not record.living, **record.properties}


def _user(company: Company, user_id: int | None) -> JSON:
    user_id = user_id or company.user_ids[0]
    address = f"user{user_id}@{company.domain}.example"
    name = f"User {user_id}"
    return {"id": user_id, "name": name, "email": address, "has_pic": 0, "active_flag": True, "value": user_id}

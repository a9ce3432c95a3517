"""Persons and deals as Pipedrive writes them: in v2, and in what is left of v1."""

from typing import Any

from sandbox.pipedrive import activities, fields, notes, users
from sandbox.pipedrive.company import Company
from sandbox.pipedrive.stamps import old_stamp, stamp
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


def person(company: Company, row: int, record: Record, *, labels: bool = False) -> JSON:
    """A person of v2; what its chosen options are called is told when it is asked for."""
    shown = _one(company.persons, row, record, _PERSON)
    if labels and isinstance(shown["custom_fields"], dict):
        shown["custom_fields"] = fields.with_labels(shown["custom_fields"])
    return shown


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
        "org_id": _organization(company, given.get("org_id")),
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


def _one(table: Table, row: int, record: Record, usual: dict[str, Any]) -> JSON:
    times = {"add_time": stamp(record.created), "update_time": stamp(record.modified)}
    return {"id": int(table.id_of(row)), **usual, **times, "is_deleted": not record.living, **record.properties}


def old_activity(company: Company, row: int, record: Record) -> JSON:
    """An activity of v1."""
    return activities.old(company.activities, row, record)


def note(company: Company, row: int, record: Record) -> JSON:
    """A note, of v1 as all of them."""
    user = users.shown(company.user_ids, record.properties.get("user_id") or company.user_ids[0], company.domain)
    return notes.shown(company.notes, row, record, persons=company.persons, user=user)


def _organization(company: Company, org_id: int | None) -> JSON | None:
    row = company.organizations.row_of(str(org_id))
    return None if row is None else {"name": company.organizations.record(row).properties["name"], "value": org_id}


def _user(company: Company, user_id: int | None) -> JSON:
    shown = users.shown(company.user_ids, user_id or company.user_ids[0], company.domain)
    return {name: shown[name] for name in ("id", "name", "email", "active_flag")} | {
        "has_pic": 0,
        "pic_hash": None,
        "value": shown["id"],
    }

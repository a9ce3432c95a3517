"""Records as Zendesk writes them: every key always, and null wherever nothing is known."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from sandbox.clock import iso
from sandbox.records import Record
from sandbox.wire import JSON
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.tables import Table

KEPT_USER_FIELDS = (
    *("external_id", "alias", "notes", "details", "organization_id", "signature", "custom_role_id", "locale_id"),
    *("suspended", "shared_phone_number"),
)
_DELETED_FOR_GOOD = "Permanently Deleted User"
_NEVER_KNOWN = (
    *("photo", "last_login_at", "two_factor_auth_enabled", "role_type", "is_billing_admin", "default_group_id"),
    "suspension_details",
)
_NOTHING_KNOWN = ("recipient", "organization_id", "forum_topic_id", "problem_id", "group_id", "custom_status_id")
_NOTHING_LISTED = (*("custom_fields", "sharing_agreement_ids", "fields", "followup_ids"),)


def stamp(ms: int) -> str:
    """A time, in whole seconds."""
    return iso(ms // 1000 * 1000)


def role_of(record: Record) -> str:
    """What a user is."""
    return str(record.properties.get("role") or "end-user")


def user(desk: Desk, table: Table, row: int) -> JSON:
    """A user, whatever became of them: one who was deleted has no address any more, and keeps the name."""
    record, identity = table.record(row), table.id_of(row)
    values, customer = record.properties, role_of(record) == "end-user"
    belongs = desk.organization(record)
    email = next((each["value"] for each in values["identities"] if each["type"] == "email" and each["primary"]), None)
    shown: JSON = {
        "id": int(identity),
        "url": f"https://{desk.subdomain}.zendesk.com/api/v2/users/{identity}.json",
        "name": _DELETED_FOR_GOOD if record.erased else values.get("name"),
        "email": email if record.living else None,
        "created_at": stamp(record.created),
        "updated_at": stamp(record.modified),
        "time_zone": "Berlin",
        "iana_time_zone": "Europe/Berlin",
        "phone": None if record.erased else values.get("phone"),
        "locale": "en-US",
        "role": role_of(record),
        "verified": bool(values.get("verified")),
        "tags": values.get("tags") or [],
        "active": record.living,
        "shared": False,
        "shared_agent": False,
        "moderator": not customer,
        "ticket_restriction": "requested" if customer else None,
        "only_private_comments": False,
        "restricted_agent": customer,
        "report_csv": False,
        "user_fields": values.get("user_fields") or {},
    }
    return shown | dict.fromkeys(_NEVER_KNOWN) | {name: values.get(name) for name in KEPT_USER_FIELDS} | {
        "locale_id": 1,
        "organization_id": None if belongs is None else int(desk.organizations.id_of(belongs)),
        "suspended": bool(values.get("suspended")),
    }  # fmt: skip


def identities(desk: Desk, table: Table, row: int) -> list[JSON]:
    """The addresses of a user; of one who was deleted there are none."""
    record, user_id = table.record(row), table.id_of(row)
    if not record.living:
        return []
    return [
        {
            "id": identity_id(table, row, each["n"]),
            "url": f"https://{desk.subdomain}.zendesk.com/api/v2/users/{user_id}/identities/"
            f"{identity_id(table, row, each['n'])}.json",
            "user_id": int(user_id),
            "type": each["type"],
            "value": each["value"],
            "verified": each["verified"],
            "primary": each["primary"],
            "deliverable_state": "deliverable" if each["type"] == "email" else None,
            "undeliverable_count": 0,
            "created_at": stamp(record.created),
            "updated_at": stamp(record.modified),
        }
        for each in record.properties["identities"]
    ]


def identity_id(table: Table, row: int, number: int) -> int:
    """The id of a user's identity of that number."""
    return int(table.id_of(row)) * 64 + number


def organization(desk: Desk, row: int) -> JSON:
    """An organization; one that was deleted says when."""
    record, identity = desk.organizations.record(row), desk.organizations.id_of(row)
    values = record.properties
    return {
        "url": f"https://{desk.subdomain}.zendesk.com/api/v2/organizations/{identity}.json",
        "id": int(identity),
        "name": values.get("name"),
        "shared_tickets": False,
        "shared_comments": False,
        "external_id": values.get("external_id"),
        "created_at": stamp(record.created),
        "updated_at": stamp(record.modified),
        "domain_names": values.get("domain_names") or [],
        "details": values.get("details"),
        "notes": values.get("notes"),
        "group_id": None,
        "tags": values.get("tags") or [],
        "organization_fields": values.get("organization_fields") or {},
        "deleted_at": None if record.archived_at is None else stamp(record.archived_at),
    }


def along_with(desk: Desk, users: Sequence[tuple[Table, int]], include: Sequence[str]) -> JSON:
    """What comes along with users: their addresses, and each of their organizations once."""
    found: JSON = {}
    if "identities" in include:
        found["identities"] = [each for table, row in users for each in identities(desk, table, row)]
    if "organizations" in include:
        belong = (desk.organization(table.record(row)) for table, row in users)
        found["organizations"] = [organization(desk, row) for row in dict.fromkeys(belong) if row is not None]
    return found


def ticket(desk: Desk, row: int) -> JSON:
    """A ticket; a deleted one differs by its status alone."""
    record = desk.tickets.record(row)
    values, identity = record.properties, desk.tickets.id_of(row)
    ccs = [int(desk.users.id_of(each)) for each in values.get("ccs") or []]
    followers = [int(desk.agents.id_of(each)) for each in values.get("followers") or []]
    shown: JSON = {
        "url": f"https://{desk.subdomain}.zendesk.com/api/v2/tickets/{identity}.json",
        "id": int(identity),
        "external_id": values.get("external_id"),
        "via": _via(),
        "created_at": stamp(record.created),
        "updated_at": stamp(record.modified),
        "generated_timestamp": record.modified // 1000,
        "type": values.get("type"),
        "subject": values.get("subject"),
        "raw_subject": values.get("subject"),
        "description": values["comments"][0]["body"],
        "priority": values.get("priority"),
        "status": "deleted" if record.archived_at is not None else values.get("status"),
        "requester_id": desk.requester_id(record),
        "submitter_id": desk.requester_id(record),
        "assignee_id": int(desk.agents.id_of(row % desk.agents.rows)) if values.get("status") != "new" else None,
        "email_cc_ids": ccs,
        "follower_ids": followers,
        "collaborator_ids": ccs + followers,
        "due_at": values.get("due_at"),
        "tags": values.get("tags") or [],
        "has_incidents": False,
        "is_public": any(comment["public"] for comment in values["comments"]),
        "satisfaction_rating": {"score": "unoffered"},
        "ticket_form_id": 46_406_146_302_353,
        "brand_id": 46_406_158_162_961,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
    }
    return dict.fromkeys(_NOTHING_KNOWN) | {name: [] for name in _NOTHING_LISTED} | shown


def deleted_ticket(desk: Desk, row: int) -> JSON:
    """What is told of a ticket that was deleted; by whom is not known here."""
    record = desk.tickets.record(row)
    return {
        "id": row + 1,
        "subject": record.properties.get("subject"),
        "description": record.properties["comments"][0]["body"],
        "actor": {"id": int(desk.agents.id_of(0)), "name": desk.agents.record(0).properties["name"]},
        "deleted_at": stamp(record.archived_at or record.modified),
        "previous_state": record.properties.get("status"),
    }


def comments(desk: Desk, row: int) -> list[JSON]:
    """What was said about a ticket; the first comment is its description."""
    record = desk.tickets.record(row)
    return [_comment(desk, row, record, each) for each in record.properties["comments"]]


def comment_id(row: int, number: int) -> int:
    """The id of a ticket's comment of that number."""
    return 47_000_000_000_000 + row * 1000 + number


def audit_id(row: int, number: int) -> int:
    """The id of the update by which it was made."""
    return comment_id(row, number) + 500


def authors(desk: Desk, said: Iterable[JSON]) -> list[JSON]:
    """Who wrote comments, each once, as they come along with them."""
    wanted = dict.fromkeys(str(each["author_id"]) for each in said)
    rows = ((table, table.row_of(text)) for text in wanted for table in (desk.users, desk.agents))
    return [user(desk, table, row) for table, row in rows if row is not None]


def _comment(desk: Desk, row: int, ticket: Record, said: dict[str, Any]) -> JSON:
    author = desk.requester_id(ticket) if said["by"] is None else int(desk.agents.id_of(said["by"]))
    return {
        "id": comment_id(row, said["n"]),
        "type": "Comment",
        "author_id": author,
        "body": said["body"],
        "html_body": f'<div class="zd-comment" dir="auto">{escape(said["body"])}</div>',
        "plain_body": said["body"],
        "public": said["public"],
        "attachments": [],
        "audit_id": audit_id(row, said["n"]),
        "via": _via(),
        "created_at": stamp(said["at"]),
        "metadata": {"system": {}, "custom": {}},
    }


def _via() -> JSON:
    return {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}}

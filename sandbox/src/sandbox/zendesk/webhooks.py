"""Zendesk's webhooks: each event its own call, printed nicely, and signed over the time and these very bytes."""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from time import time
from uuid import uuid4

import msgspec

from sandbox import changes
from sandbox.accounts import Account
from sandbox.clock import iso
from sandbox.deliveries import Manner, Teller
from sandbox.records import Record
from sandbox.store import Sandbox
from sandbox.targets import Target
from sandbox.wire import JSON
from sandbox.zendesk import answers
from sandbox.zendesk.desk import Desk

NAMES = {"users": "user", "tickets": "ticket"}
PREFIX = "zen:event-type:"
_OF_FIELDS = {
    "name": "name_changed",
    "identities": "identity_created",
    "emails": "identity_changed",
    "email": "identity_created",
    "phones": "identity_changed",
    "role": "role_changed",
    "notes": "notes_changed",
    "details": "details_changed",
    "external_id": "external_id_changed",
    "status": "status_changed",
    "priority": "priority_changed",
    "subject": "subject_changed",
    "comments": "comment_added",
    "said": "comment_added",
}
_OTHERWISE = {"users": "custom_field_changed", "tickets": "tags_changed"}


def targets(sandbox: Sandbox, account: Account) -> Sequence[Target]:
    """All webhooks of the account."""
    return sandbox.subscriptions_of(account)


def events(
    account: Account, target: Target, change: changes.AnyRecordChange, row: int, before: Record | None
) -> Sequence[JSON]:
    """What Zendesk tells of a change, as far as it was subscribed to."""
    assert isinstance(account, Desk)
    if change.kind not in NAMES:
        return []
    told = ((f"{PREFIX}{NAMES[change.kind]}.{what}", at, said) for what, at, said in _said(change, row))
    return [_event(account, change, name, at, said) for name, at, said in told if name in target.events]


def _said(change: changes.AnyRecordChange, row: int) -> Iterator[tuple[str, int, JSON]]:
    of_user = change.kind == "users"
    match change:
        case changes.Created():
            yield "created", row, {}
        case changes.Edited():
            names = [_OF_FIELDS.get(name, _OTHERWISE[change.kind]) for name in change.properties]
            for name in dict.fromkeys(names or [_OTHERWISE[change.kind]]):
                yield name, row, {}
        case changes.Archived() if of_user:
            yield "active_changed", row, {"current": False, "previous": True}
            yield "deleted", row, {}
        case changes.Archived():
            yield "soft_deleted", row, {}
        case changes.Restored() if of_user:
            yield "active_changed", row, {"current": True, "previous": False}
        case changes.Restored():
            yield "undeleted", row, {}
        case changes.Erased():
            yield ("deleted" if of_user else "permanently_deleted"), row, {}
        case changes.Merged():
            # Which of the two it names, and whether it names the other at all, nobody says.
            yield "merged", change.other, {}
            yield "identity_created", change.primary, {}
        case _:
            return


def _event(desk: Desk, change: changes.AnyRecordChange, name: str, row: int, said: JSON) -> JSON:
    kind = NAMES[change.kind]
    number = desk.tables[change.kind].id_of(row)
    return {
        "account_id": desk.roster.salt,
        "detail": _user(desk, row) if kind == "user" else _ticket(desk, row),
        "event": said,
        "id": str(uuid4()),
        "subject": f"zen:{kind}:{number}",
        "time": iso(change.at // 1000 * 1000),
        "type": name,
        "zendesk_event_version": "2022-11-06",
    }


def _user(desk: Desk, row: int) -> JSON:
    """All ids are strings, and what is absent is empty or "0"."""
    user = answers.user(desk, desk.users, row)
    return {
        "created_at": user["created_at"],
        "default_group_id": "0",
        "email": user["email"] or "",
        "external_id": user["external_id"] or "",
        "id": str(user["id"]),
        "organization_id": str(user["organization_id"] or 0),
        "role": user["role"],
        "updated_at": user["updated_at"],
    }


def _ticket(desk: Desk, row: int) -> JSON:
    ticket = answers.ticket(desk, row)
    return {
        "created_at": ticket["created_at"],
        "id": str(ticket["id"]),
        "priority": str(ticket["priority"] or "").upper(),
        "requester_id": str(ticket["requester_id"]),
        "status": str(ticket["status"]).upper(),
        "subject": ticket["subject"],
        "updated_at": ticket["updated_at"],
    }


def write(said: Sequence[JSON], attempt: int) -> bytes:
    """One event, three blanks deep, with an empty object as nobody else writes it."""
    (event,) = said
    return msgspec.json.format(msgspec.json.encode(event), indent=3).replace(b"{}", b"{ }") + b"\n"


def sign(target: Target, body: bytes) -> Mapping[str, str]:
    """Sign the time and the body with the secret as it stands."""
    stamp = iso(int(time()) * 1000)
    signature = b64encode(hmac.digest(target.secret.encode(), stamp.encode() + body, sha256)).decode()
    return {
        "X-Zendesk-Webhook-Signature": signature,
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        "X-Zendesk-Webhook-Id": target.id,
        "X-Zendesk-Webhook-Invocation-Id": uuid4().hex.upper()[:26],
        "User-Agent": "Zendesk Webhook",
    }


MANNER = Manner(
    at_once=1,
    write=write,
    sign=sign,
    waits=(1, 5, 30),
    tries_again=lambda status: status in {None, 409, 429, 503},
    answer_seconds=12,
)
TELLER = Teller(manner=MANNER, targets=targets, events=events)

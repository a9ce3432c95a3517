"""Pipedrive's webhooks, version 2: each its own call, proved by nothing but HTTP Basic."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import uuid4

import msgspec
from aiohttp import encode_basic_auth

from sandbox import changes
from sandbox.accounts import Account
from sandbox.clock import iso
from sandbox.deliveries import Manner, Teller
from sandbox.pipedrive import answers
from sandbox.pipedrive.company import Company
from sandbox.records import Record
from sandbox.store import Sandbox
from sandbox.targets import Target
from sandbox.wire import JSON

NAMES = {"persons": "person", "deals": "deal"}
ACTIONS = ("create", "change", "delete")


def targets(sandbox: Sandbox, account: Account) -> Sequence[Target]:
    """All webhooks of the company."""
    return sandbox.subscriptions_of(account)


def events(
    account: Account, target: Target, change: changes.AnyRecordChange, row: int, before: Record | None
) -> Sequence[JSON]:
    """What Pipedrive tells of a change, as far as it was subscribed to."""
    assert isinstance(account, Company)
    if change.kind not in NAMES:
        return []
    name = NAMES[change.kind]
    told = _said(account, change, row, before)
    return [
        _event(account, target, change, action, at, before if at == row else None, more)
        for action, at, more in told
        if _wanted(target, action, name)
    ]


def _wanted(target: Target, action: str, name: str) -> bool:
    wished_action, _, wished_name = target.events[0].partition(".")
    return wished_action in {"*", action} and wished_name in {"*", name}


def _said(
    company: Company, change: changes.AnyRecordChange, row: int, before: Record | None
) -> Iterator[tuple[str, int, JSON]]:
    table = company.tables[change.kind]
    match change:
        case changes.Created():
            yield "create", row, {}
        case changes.Edited() | changes.Restored():
            yield "change", row, {}
        case changes.Archived():
            yield "delete", row, {}
        case changes.Erased() if before is not None and before.living:
            yield "delete", row, {}
        case changes.Merged():
            yield "delete", change.other, {"merged_to_id": table.id_of(change.primary)}
            yield "change", change.primary, {"merged_from_id": table.id_of(change.other)}
        case _:
            return


def _event(
    company: Company,
    target: Target,
    change: changes.AnyRecordChange,
    action: str,
    row: int,
    before: Record | None,
    more: JSON,
) -> JSON:
    table, user = company.tables[change.kind], str(company.user_ids[0])
    now = _object(company, change.kind, row, table.record(row))
    previous = _object(company, change.kind, row, before) if before is not None else {}
    changed = {key: value for key, value in previous.items() if now.get(key) != value}
    return {
        "meta": {
            "action": action,
            "company_id": str(company.company_id),
            "correlation_id": str(uuid4()),
            "entity_id": table.id_of(row),
            "entity": NAMES[change.kind],
            "id": str(uuid4()),
            "is_bulk_edit": False,
            "timestamp": iso(change.at),
            "type": "application",
            "user_id": user,
            "version": "2.0",
            "webhook_id": target.id,
            "webhook_owner_id": user,
            "change_source": "app",
            "attempt": 1,
            "host": f"{company.domain}.pipedrive.com",
            "permitted_user_ids": [user],
            **more,
        },
        "data": None if action == "delete" else now,
        "previous": {"create": None, "change": changed, "delete": now}[action],
    }


def _object(company: Company, kind: str, row: int, record: Record) -> JSON:
    """A record as webhooks show it, which is not as the API does."""
    shown = (answers.person if kind == "persons" else answers.deal)(company, row, record)
    shown["visible_to"] = str(shown.get("visible_to") or 3)
    if kind == "persons":
        shown["label"] = next(iter(shown.pop("label_ids", None) or ()), None)  # type: ignore[call-overload]
    return shown


def write(said: Sequence[JSON], attempt: int) -> bytes:
    """One event."""
    (event,) = said
    meta = event["meta"]
    assert isinstance(meta, dict)
    return msgspec.json.encode({**event, "meta": {**meta, "attempt": attempt + 1}})


def sign(target: Target, body: bytes) -> Mapping[str, str]:
    """The name and password that the webhook was made with."""
    return {"Authorization": encode_basic_auth(target.user, target.secret)} if target.user else {}


MANNER = Manner(
    at_once=1,
    write=write,
    sign=sign,
    waits=(3, 30, 150),
    tries_again=lambda _: True,
    answer_seconds=10,
)
TELLER = Teller(manner=MANNER, targets=targets, events=events)

"""What can be done with tickets, and when Zendesk refuses."""

from collections.abc import Mapping
from typing import Any

from sandbox import acts
from sandbox.clock import now_ms
from sandbox.store import Sandbox
from sandbox.zendesk import user_operations
from sandbox.zendesk.errors import invalid, not_found
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.seeds import PRIORITIES, STATUSES, TYPES

_CHOICES = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
_WRITABLE = ("subject", "status", "priority", "type", "tags", "external_id", "due_at")


def find(caller: Caller, text: str) -> int:
    """The ticket of a number. Raises `Refusal`."""
    row = caller.desk.present_row(caller.desk.DEALINGS, text)
    if row is None:
        raise not_found()
    return row


def create(sandbox: Sandbox, caller: Caller, given: Mapping[str, Any]) -> int:
    """Make a ticket; returns its row. Raises `Refusal`."""
    properties = {"status": "open", "type": None, "priority": None} | _checked(given)
    body = _body(given)
    if not body:
        raise invalid("base", "Description: cannot be blank", "BlankValue")
    asked_by = _requester(sandbox, caller, given)
    properties |= asked_by | {"comments": [_comment(0, None, body, given)]}
    properties["subject"] = properties.get("subject") or body[:80]
    return acts.create(sandbox, caller.desk, caller.desk.DEALINGS, properties)


def update(sandbox: Sandbox, caller: Caller, row: int, given: Mapping[str, Any]) -> None:
    """Write to a ticket, and to whom it concerns. Raises `Refusal`."""
    before = caller.desk.tickets.record(row).properties
    if before.get("status") == "closed":
        raise invalid("status", "Status: closed prevents ticket update", "TicketClosed")
    properties = _checked(given)
    if body := _body(given):
        said = before["comments"]
        properties["comments"] = [*said, _comment(len(said), caller.agent, body, given)]
    if "requester_id" in given or "requester" in given:
        properties |= _requester(sandbox, caller, given)
    acts.edit(sandbox, caller.desk, caller.desk.DEALINGS, row, properties)


def restore(sandbox: Sandbox, caller: Caller, text: str) -> int:
    """Bring a deleted ticket back; returns its row. Raises `Refusal`."""
    row = caller.desk.tickets.row_of(text)
    if row is None or row not in caller.desk.tickets.archived:
        raise not_found()
    return acts.restore(sandbox, caller.desk, caller.desk.DEALINGS, row)


def _requester(sandbox: Sandbox, caller: Caller, given: Mapping[str, Any]) -> dict[str, int | None]:
    """Whose ticket it is: an end user's, somebody's new here, or that of who calls."""
    desk, named = caller.desk, given.get("requester")
    if isinstance(named, dict):
        known = user_operations.find_existing(desk, named)
        return {"requester": user_operations.create(sandbox, desk, named) if known is None else known}
    if not given.get("requester_id"):
        return {"requester": None, "requester_agent": caller.agent}
    table, row = user_operations.find(desk, str(given["requester_id"]))
    return {"requester": row} if table is desk.users else {"requester": None, "requester_agent": row}


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: given[name] for name in _WRITABLE if name in given}
    for name, choices in _CHOICES.items():
        if properties.get(name) is not None and properties[name] not in choices:
            raise invalid(name, f"{name.title()}: {properties[name]} is not valid")
    return properties


def _body(given: Mapping[str, Any]) -> str:
    comment = given.get("comment")
    said = comment if isinstance(comment, dict) else {"body": given.get("description")}
    return str(said.get("body") or said.get("html_body") or "")


def _comment(number: int, author: int | None, body: str, given: Mapping[str, Any]) -> dict[str, Any]:
    comment = given.get("comment")
    public = comment.get("public") is not False if isinstance(comment, dict) else True
    return {"n": number, "by": author, "body": body, "public": public, "at": now_ms()}

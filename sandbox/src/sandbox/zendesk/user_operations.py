"""What can be done with users, and when Zendesk refuses."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox import acts, changes
from sandbox.clock import now_ms
from sandbox.store import Sandbox
from sandbox.zendesk import identities
from sandbox.zendesk.answers import KEPT_USER_FIELDS, role_of
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import invalid, not_found
from sandbox.zendesk.identities import Identity
from sandbox.zendesk.tables import Table

Place = tuple[Table, int]
"""A user: the table of end users or that of agents, and a row of it."""

ROLES = ("end-user", "agent", "admin")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_WRITABLE = ("name", "phone", "role", "verified", "tags", *KEPT_USER_FIELDS)


def find(desk: Desk, text: str, *, living: bool = True) -> Place:
    """The user of an id; a deleted one is still shown to who asks for them. Raises `Refusal`."""
    for table in (desk.users, desk.agents):
        row = table.row_of(text)
        if row is not None and (table.lives(row) or not living):
            return table, row
    raise not_found()


def find_customer(desk: Desk, text: str) -> int:
    """The living user of an id who may be changed from here. Raises `Refusal`."""
    table, row = find(desk, text)
    if table is not desk.users:
        raise invalid("base", "Agents of the sandbox stay as they are")
    return row


def create(sandbox: Sandbox, desk: Desk, given: Mapping[str, Any]) -> int:
    """Make a user; returns the row. Raises `Refusal`."""
    properties = _checked(given)
    if not str(properties.get("name") or "").strip():
        raise invalid("name", "Name: is too short (minimum one characters)", "BlankValue")
    emails = [str(given["email"])] if given.get("email") else []
    more = [each for each in given.get("identities") or [] if isinstance(each, dict)]
    emails += [str(each.get("value")) for each in more if each.get("type") == "email"]
    for email in emails:
        check_free(desk, email)
    properties["emails"] = list(dict.fromkeys(emails))
    properties["verified"] = bool(given.get("skip_verify_email") or given.get("verified"))
    return acts.create(sandbox, desk, desk.CONTACTS, properties)


def update(sandbox: Sandbox, desk: Desk, row: int, given: Mapping[str, Any]) -> None:
    """Write to a user. An address does not take the place of the primary one, it stands beside it. Raises `Refusal`."""
    properties = _checked(given)
    if "name" in properties and not str(properties["name"] or "").strip():
        raise invalid("name", "Name: is too short (minimum one characters)", "BlankValue")
    if "user_fields" in given:
        before = desk.users.record(row).properties.get("user_fields") or {}
        properties["user_fields"] = before | (given["user_fields"] or {})
    email = str(given.get("email") or "")
    known = _identities(desk, row)
    if email and email.lower() not in (each.lower() for each in identities.emails(known)):
        check_free(desk, email)
        properties["identities"] = identities.added(known, "email", email)
    acts.edit(sandbox, desk, desk.CONTACTS, row, properties)


def find_existing(desk: Desk, given: Mapping[str, Any]) -> int | None:
    """The user that an address or an id of the caller's own names already."""
    if given.get("email") and (row := desk.holder_of(str(given["email"]))) is not None:
        return row
    wanted = given.get("external_id")
    if not wanted:
        return None
    changed = ((row, record) for row, record in desk.users.changed.items() if record.living)
    return next((row for row, record in changed if record.properties.get("external_id") == wanted), None)


def merge(sandbox: Sandbox, desk: Desk, loser: int, given: Mapping[str, Any]) -> int:
    """Make one user of two; returns the row of who stays. Raises `Refusal`."""
    text = str(given.get("id") or "")
    winner = desk.holder_of(str(given["email"])) if given.get("email") else desk.present_row(desk.CONTACTS, text)
    if winner is None:
        raise not_found()
    if winner == loser or any(role_of(desk.users.record(row)) != "end-user" for row in (winner, loser)):
        raise invalid("base", "Only two end users who are not the same can be merged")
    return acts.merge(sandbox, desk, desk.CONTACTS, winner, loser)


def erase(sandbox: Sandbox, desk: Desk, text: str) -> int:
    """Delete a deleted user for good. Raises `Refusal`."""
    row = desk.users.row_of(text)
    if row is None or row not in desk.users.archived:
        raise not_found()
    return acts.erase(sandbox, desk, desk.CONTACTS, row)


def add_identity(sandbox: Sandbox, desk: Desk, row: int, given: Mapping[str, Any]) -> int:
    """Give a user another address; returns its number. Raises `Refusal`."""
    kind, value = str(given.get("type")), str(given.get("value") or "")
    if kind not in {"email", "phone_number"} or not value:
        raise invalid("value", "Value: cannot be blank", "BlankValue")
    if kind == "email":
        check_free(desk, value)
    known = identities.added(_identities(desk, row), kind, value, verified=bool(given.get("verified")))
    _write(sandbox, desk, row, known)
    return int(known[-1]["n"])


def make_primary(sandbox: Sandbox, desk: Desk, row: int, number: int) -> None:
    """Let another address be the first one. Raises `Refusal`."""
    _write(sandbox, desk, row, identities.with_primary(_having(desk, row, number), number))


def remove_identity(sandbox: Sandbox, desk: Desk, row: int, number: int) -> None:
    """Take an address away. Raises `Refusal`."""
    _write(sandbox, desk, row, identities.removed(_having(desk, row, number), number))


def check_free(desk: Desk, email: str) -> None:
    """Raise `Refusal` unless an address is one and nobody's."""
    if not _EMAIL.fullmatch(email):
        raise invalid("email", f"Email: {email} is not properly formatted")
    if desk.holder_of(email) is not None or desk.agent_of(email) is not None:
        raise invalid("email", f"Email: {email} is already being used by another user", "DuplicateValue")


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: given[name] for name in _WRITABLE if name in given}
    if properties.get("role", "end-user") not in ROLES:
        raise invalid("role", "Role: is invalid")
    return properties


def _identities(desk: Desk, row: int) -> list[Identity]:
    known: list[Identity] = desk.users.record(row).properties["identities"]
    return known


def _having(desk: Desk, row: int, number: int) -> list[Identity]:
    known = _identities(desk, row)
    if all(each["n"] != number for each in known):
        raise not_found()
    return known


def _write(sandbox: Sandbox, desk: Desk, row: int, known: list[Identity]) -> None:
    change = changes.Edited(
        at=now_ms(), account=desk.opened.account, kind=desk.CONTACTS, row=row, properties={"identities": known}
    )
    sandbox.commit(change)

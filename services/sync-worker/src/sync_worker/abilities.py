"""What a connection can do, and whether an action fits that: values in, values out."""

from collections.abc import Iterator, Mapping
from typing import get_args

import msgspec
from contracts.actions import (
    Action,
    ActionKind,
    AddNote,
    ContactFields,
    CreateContact,
    Possible,
    PossibleActions,
    ScheduleMeeting,
    SendEmail,
    UpdateContact,
)
from contracts.contacts import is_dialled
from email_validator import EmailNotValidError, validate_email
from providers.actions import Ability
from providers.files import FileSource
from providers.source import SourceProvider

KINDS: tuple[ActionKind, ...] = get_args(ActionKind)
OF_A_FILE = "A file is only read: change it, and hand it over again."
ALWAYS: Mapping[ActionKind, frozenset[str]] = {
    "create_contact": frozenset(),
    "update_contact": frozenset(),
    "add_note": frozenset({"contact_id", "body"}),
    "send_email": frozenset({"contact_id", "subject", "body", "to"}),
    "schedule_meeting": frozenset({"contact_id", "title", "starts_at", "ends_at"}),
}
"""The fields that every provider takes; of a contact's none is."""

Fault = tuple[str, str]
"""Where something is wrong, and what."""


def kind_of(action: Action) -> ActionKind:
    """Tell the kind of an action, as it is called on the wire."""
    kind: ActionKind = msgspec.to_builtins(action)["kind"]
    return kind


def ability_of(source: SourceProvider | FileSource, kind: ActionKind) -> Ability | str:
    """Tell how a source does something, or why it cannot."""
    if isinstance(source, FileSource):
        return OF_A_FILE
    return source.actions.get(kind) or source.impossible.get(kind) or "This provider can only be read."


def list_possible(source: SourceProvider | FileSource, granted: tuple[str, ...] | None) -> PossibleActions:
    """List what can be done, and why the rest cannot."""
    found = {kind: ability_of(source, kind) for kind in KINDS}
    return PossibleActions(
        items=[
            Possible(
                kind=kind,
                says=ability.says,
                fields=ability.fields,
                lacks=ability.lacks(granted),
                only_noted=ability.only_noted,
            )
            for kind, ability in found.items()
            if isinstance(ability, Ability)
        ],
        not_possible={kind: reason for kind, reason in found.items() if isinstance(reason, str)},
    )


def cleaned(action: Action) -> tuple[Action, list[Fault]]:
    """Write an action as it is kept, addresses as mail knows them, and tell what is wrong with it in itself."""
    match action:
        case CreateContact():
            fields, faults = _read(action.contact, "contact")
            return msgspec.structs.replace(action, contact=fields), faults
        case UpdateContact():
            fields, faults = _read(action.changes, "changes")
            return msgspec.structs.replace(action, changes=fields), [*faults, *_expectations(action)]
        case ScheduleMeeting():
            late = action.ends_at <= action.starts_at
            return action, [("ends_at", "it must be after starts_at")] if late else []
        case AddNote() | SendEmail():
            return action, []


def misfits(action: Action, ability: Ability) -> list[Fault]:
    """Tell what of an action a provider does not take, or lacks."""
    match action:
        case CreateContact():
            faults = list(_unknown(action.contact.given(), "contact.", ability.fields))
            if ability.needs and not any(action.contact.given().get(name) for name in ability.needs):
                faults.append(("contact", f"one of these is needed: {', '.join(ability.needs)}"))
            return faults
        case UpdateContact():
            return list(_unknown(action.changes.given(), "changes.", ability.fields))
        case AddNote() | SendEmail() | ScheduleMeeting():
            said = {name: value for name, value in msgspec.structs.asdict(action).items() if value is not None}
            always = ALWAYS[kind_of(action)]
            return list(
                _unknown({name: value for name, value in said.items() if name not in always}, "", ability.fields)
            )


def _unknown(given: Mapping[str, object], where: str, fields: tuple[str, ...]) -> Iterator[Fault]:
    for name in given:
        if name not in fields:
            yield f"{where}{name}", f"this provider does not take it; it takes {', '.join(fields) or 'none beside'}"


def _expectations(action: UpdateContact) -> list[Fault]:
    changes, expected = action.changes.given(), action.expected.given()
    if not changes:
        return [("changes", "there is nothing to change")]
    unsaid = [(f"expected.{name}", "say what was seen there") for name in changes if name not in expected]
    return unsaid + [(f"expected.{name}", "it is not to be changed") for name in expected if name not in changes]


def _read(fields: ContactFields, where: str) -> tuple[ContactFields, list[Fault]]:
    phone = fields.given().get("phone")
    faults = [] if phone is None or is_dialled(phone) else [(f"{where}.phone", "This is no phone number.")]
    fields, of_email = _with_email(fields, where)
    return fields, [*faults, *of_email]


def _with_email(fields: ContactFields, where: str) -> tuple[ContactFields, list[Fault]]:
    email = fields.given().get("email")
    if email is None:
        return fields, []
    try:
        known = validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        return fields, [(f"{where}.email", f"This is no email address: {error}")]
    return msgspec.structs.replace(fields, email=known), []

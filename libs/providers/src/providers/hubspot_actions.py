"""What can be done at HubSpot: contacts written, and notes, emails and meetings logged."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

import msgspec
from aiohttp import ClientSession
from contracts.actions import (
    Action,
    ActionKind,
    AddNote,
    CreateContact,
    RecordLink,
    ScheduleMeeting,
    SendEmail,
    UpdateContact,
)

from providers import hubspot_engagements
from providers.actions import (
    CLOCKS_APART,
    Ability,
    ActionConflict,
    Attempt,
    Done,
    OutcomeUnknown,
    Reader,
    RecordExists,
    links_of,
    matches,
    update_contact,
    writing,
)
from providers.hubspot_api import OBJECTS, call
from providers.source import Access, SourceContact

CONTACTS = f"{OBJECTS}/contacts"
SCOPES = (("crm.objects.contacts.write",),)

_PROPERTY = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "company": "company",
    "job_title": "jobtitle",
    "street": "address",
    "city": "city",
    "postal_code": "zip",
    "region": "state",
    "country": "country",
}
ACTIONS: Mapping[ActionKind, Ability] = MappingProxyType(
    {
        "create_contact": Ability(
            says="HubSpot gets a new contact; an address that one of its contacts has already is refused.",
            scopes=SCOPES,
            fields=tuple(_PROPERTY),
            needs=("email", "first_name", "last_name"),
        ),
        "update_contact": Ability(
            says="The contact's properties are changed in HubSpot; further addresses it has stay as they are.",
            scopes=SCOPES,
            fields=tuple(_PROPERTY),
        ),
        "add_note": Ability(says="The note stands in the contact's timeline in HubSpot.", scopes=SCOPES),
        "send_email": Ability(
            says="HubSpot keeps the email as a log entry in the contact's timeline; nothing is sent.",
            scopes=SCOPES,
            only_noted=True,
        ),
        "schedule_meeting": Ability(
            says="The meeting stands in the contact's timeline in HubSpot; nobody is invited.",
            scopes=SCOPES,
            fields=("body", "location"),
            only_noted=True,
        ),
    }
)


class _Created(msgspec.Struct):
    id: str


class _Properties(msgspec.Struct):
    phone: str | None = None
    company: str | None = None


class _Kept(msgspec.Struct):
    """A contact's raw record, alone or within what is kept of it."""

    properties: _Properties | None = None
    contact: "_Kept | None" = None


async def act(http: ClientSession, access: Access, action: Action, attempt: Attempt, reader: Reader) -> Done:
    """Carry out an action. Raises what `SourceProvider.act` says."""
    match action:
        case CreateContact():
            return await _create(http, access, action, attempt, reader)
        case UpdateContact():
            return await _update(http, access, action, attempt, reader)
        case AddNote() | SendEmail() | ScheduleMeeting():
            return await hubspot_engagements.log(http, access, action, attempt, reader)
    assert_never(action)


async def _create(http: ClientSession, access: Access, action: CreateContact, attempt: Attempt, reader: Reader) -> Done:
    wanted = action.contact.given()
    if attempt.unsure and not wanted.get("email"):
        raise OutcomeUnknown("It is not known whether HubSpot made this contact: look for it there.")
    body = {"properties": {_PROPERTY[name]: value for name, value in wanted.items() if value}}
    try:
        with writing():
            contact_id = (await call(http, access, "POST", CONTACTS, json=body)).read(_Created).id
    except RecordExists as error:
        contact_id = await _made_before(action, attempt, reader, error)
    page = await reader.again(None, contact_id)
    return Done(
        records=links_of(page, contact_id),
        page=page,
        why_not="Lead Manager deletes nothing at HubSpot: delete the contact there.",
    )


async def _made_before(action: CreateContact, attempt: Attempt, reader: Reader, error: RecordExists) -> str:
    """Tell the id of the contact there is, if it is the one we made. Raises `ActionConflict`."""
    page = await reader.again(None, error.provider_id) if error.provider_id else None
    for known in page.contacts if page else ():
        if attempt.unsure and matches(action.contact, known.contact, created_since=attempt.asked_at - CLOCKS_APART):
            return known.provider_id
    raise _conflict(error) from error


async def _update(http: ClientSession, access: Access, action: UpdateContact, attempt: Attempt, reader: Reader) -> Done:
    async def write(before: SourceContact, missing: Mapping[str, str | None]) -> None:
        properties = {_PROPERTY[name]: value or "" for name, value in missing.items()}
        try:
            with writing():
                await call(http, access, "PATCH", f"{CONTACTS}/{before.provider_id}", json={"properties": properties})
        except RecordExists as error:
            raise _conflict(error) from error

    return await update_contact(reader, action, attempt, write, kept=_own_properties)


def _own_properties(before: SourceContact) -> Mapping[str, str | None]:
    """The properties that are written: reading may show a mobile's number and the name of the company's record."""
    kept = msgspec.json.decode(before.raw, type=_Kept)
    own = kept.properties or (kept.contact.properties if kept.contact else None) or _Properties()
    return {"phone": own.phone or None, "company": own.company or None}


def _conflict(error: RecordExists) -> ActionConflict:
    existing = RecordLink(provider_id=error.provider_id) if error.provider_id else None
    return ActionConflict(str(error), existing=existing)

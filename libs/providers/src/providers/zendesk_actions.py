"""What can be done at Zendesk: users written, and tickets and comments that concern them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

import msgspec
from aiohttp import ClientSession
from contracts.actions import (
    Action,
    ActionKind,
    AddNote,
    ContactFields,
    CreateContact,
    RecordLink,
    ScheduleMeeting,
    SendEmail,
    UpdateContact,
)

from providers import zendesk_sayings
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
    seen,
    update_contact,
    writing,
)
from providers.names import cut_name, join_name
from providers.source import Access, Page, ProviderError, ProviderRefused, SourceContact
from providers.zendesk_api import ObjectId, call

_USERS = (("users:write", "write"),)
_TICKETS = (("tickets:write", "write"),)
_NAMES = frozenset({"first_name", "last_name"})
_FIELDS = ("first_name", "last_name", "email", "phone")

ACTIONS: Mapping[ActionKind, Ability] = MappingProxyType(
    {
        "create_contact": Ability(
            says="Zendesk gets a new end user, who is sent no mail; an address that a user has already is refused.",
            scopes=_USERS,
            fields=_FIELDS,
            needs=("first_name", "last_name", "email"),
        ),
        "update_contact": Ability(
            says=(
                "The user is changed in Zendesk, and sent no mail. A new address becomes the primary one; the one "
                "before it stays as a further one."
            ),
            scopes=_USERS,
            fields=_FIELDS,
        ),
        "add_note": Ability(
            says=(
                "The note is a private comment on the ticket, or on a new one of the user's where no ticket is named; "
                "only agents see it."
            ),
            scopes=_TICKETS,
            fields=("ticket_id",),
        ),
        "send_email": Ability(
            says=(
                "Zendesk gets a public comment on the ticket, or on a new one of the user's where no ticket is named; "
                "its own triggers mail it to the user."
            ),
            scopes=_TICKETS,
            fields=("ticket_id",),
        ),
        "schedule_meeting": Ability(
            says="Zendesk has no calendar: it gets a ticket of the type task that is due then. Nobody is invited.",
            scopes=_TICKETS,
            fields=("body", "location"),
            only_noted=True,
        ),
    }
)


class _User(msgspec.Struct):
    id: ObjectId


class _Written(msgspec.Struct):
    user: _User


class _Found(msgspec.Struct):
    users: list[_User] = []


class _Identity(msgspec.Struct):
    id: ObjectId
    type: str | None = None
    value: str | None = None


class _Added(msgspec.Struct):
    identity: _Identity


class _Identities(msgspec.Struct):
    identities: list[_Identity] = []


async def act(http: ClientSession, access: Access, action: Action, attempt: Attempt, reader: Reader) -> Done:
    """Carry out an action. Raises what `SourceProvider.act` says."""
    match action:
        case CreateContact():
            return await _create(http, access, action, attempt, reader)
        case UpdateContact():
            return await _update(http, access, action, attempt, reader)
        case AddNote() | SendEmail() | ScheduleMeeting():
            return await zendesk_sayings.say(http, access, action, attempt, reader)
    assert_never(action)


async def _create(http: ClientSession, access: Access, action: CreateContact, attempt: Attempt, reader: Reader) -> Done:
    wanted = action.contact.given()
    email = wanted.get("email")
    if attempt.unsure and not email:
        raise OutcomeUnknown("It is not known whether Zendesk made this user: look for them there.")
    user = {
        "name": join_name(wanted.get("first_name"), wanted.get("last_name")) or email,
        "email": email,
        "phone": wanted.get("phone"),
        "role": "end-user",
        "skip_verify_email": True,  # without it they are sent a mail
    }
    given = {name: value for name, value in user.items() if value}
    try:
        with writing():
            answer = await call(http, access, "/users.json", method="POST", json={"user": given})
            user_id = str(answer.read(_Written).user.id)
    except RecordExists as error:
        user_id = await _made_before(http, access, action, attempt, reader, error)
    page = await reader.again(None, user_id)
    return Done(
        records=links_of(page, user_id),
        page=page,
        why_not="Lead Manager deletes nothing at Zendesk: delete the user there.",
    )


async def _made_before(
    http: ClientSession, access: Access, action: CreateContact, attempt: Attempt, reader: Reader, error: RecordExists
) -> str:
    """Tell the id of the user there is, if it is the one we made. Raises `ActionConflict`."""
    holder = await _holder(http, access, action.contact.given().get("email"))
    page = await reader.again(None, holder) if holder and attempt.unsure else Page()
    since = attempt.asked_at - CLOCKS_APART
    if any(matches(_as_read(action.contact), each.contact, created_since=since) for each in page.contacts) and holder:
        return holder
    raise ActionConflict(str(error), existing=RecordLink(provider_id=holder) if holder else None) from error


async def _update(http: ClientSession, access: Access, action: UpdateContact, attempt: Attempt, reader: Reader) -> Done:
    async def write(before: SourceContact, missing: Mapping[str, str | None]) -> None:
        user: dict[str, str | None] = {}
        if _NAMES & missing.keys():
            names = seen(before.contact) | dict(missing)
            user["name"] = join_name(names["first_name"], names["last_name"])
            if not user["name"]:
                raise ProviderRefused("Zendesk does not let a user be without a name.")
        if "phone" in missing:
            user["phone"] = missing["phone"]
        if "email" in missing and not missing["email"]:
            raise ProviderRefused("Zendesk keeps a user's address: another can take its place.")
        with writing():
            if email := missing.get("email"):
                await _make_primary(http, access, before.provider_id, email)
            if user:
                await call(http, access, f"/users/{before.provider_id}.json", method="PUT", json={"user": user})

    return await update_contact(reader, action, attempt, write, as_read=_as_read)


async def _make_primary(http: ClientSession, access: Access, user_id: str, email: str) -> None:
    """Let an address be the first one: to write it to the user would put it behind the others."""
    path = f"/users/{user_id}/identities"
    known = (await call(http, access, f"{path}.json")).read(_Identities).identities
    identity_id = next(
        (each.id for each in known if each.type == "email" and (each.value or "").lower() == email.lower()), None
    )
    if identity_id is None:
        # Verified, so that no mail is sent to have it verified.
        identity = {"type": "email", "value": email, "verified": True, "skip_verify_email": True}
        try:
            answer = await call(http, access, f"{path}.json", method="POST", json={"identity": identity})
        except RecordExists as error:
            holder = await _holder(http, access, email)
            raise ActionConflict(str(error), existing=RecordLink(provider_id=holder) if holder else None) from error
        identity_id = answer.read(_Added).identity.id
    await call(http, access, f"{path}/{identity_id}/make_primary.json", method="PUT", json={})


async def _holder(http: ClientSession, access: Access, email: str | None) -> str | None:
    """Find who has an address, as far as Zendesk's search knows already."""
    if not email:
        return None
    try:
        answer = await call(http, access, "/users/search.json", {"query": f"email:{email}"})
    except ProviderError:
        return None
    return next((str(each.id) for each in answer.read(_Found).users), None)


def _as_read(fields: ContactFields, before: Mapping[str, str | None] = MappingProxyType({})) -> ContactFields:
    """What will be read of names that are written: Zendesk keeps one, which is cut in two."""
    given = fields.given()
    if not _NAMES & given.keys():
        return fields
    names = {**before, **given}
    first, last = cut_name(join_name(names.get("first_name"), names.get("last_name")))
    return msgspec.structs.replace(fields, first_name=first, last_name=last)

"""What can be done at Pipedrive: persons written, notes, and meetings as activities."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, assert_never

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

from providers import pipedrive_entries
from providers.actions import (
    CLOCKS_APART,
    Ability,
    ActionConflict,
    Attempt,
    Done,
    Reader,
    links_of,
    matches,
    seen,
    update_contact,
    writing,
)
from providers.names import join_name
from providers.pipedrive_api import V2, Id, call
from providers.source import IDS_AT_MOST, Access, ProviderRefused, SourceContact

SCOPE = "contacts:full"
_NAMES = frozenset({"first_name", "last_name"})
_FIELDS = ("first_name", "last_name", "email", "phone")
_LISTS = {"email": "emails", "phone": "phones"}

ACTIONS: Mapping[ActionKind, Ability] = MappingProxyType(
    {
        "create_contact": Ability(
            says="Pipedrive gets a new person, unless its search finds one with this address.",
            scopes=((SCOPE,),),
            fields=_FIELDS,
            needs=("first_name", "last_name", "email"),
        ),
        "update_contact": Ability(
            says="The person is changed in Pipedrive; further addresses and numbers they have stay as they are.",
            scopes=((SCOPE,),),
            fields=_FIELDS,
        ),
        "add_note": Ability(says="The note stands with the person in Pipedrive.", scopes=((SCOPE, "deals:full"),)),
        "schedule_meeting": Ability(
            says="The meeting is an activity of the person's in Pipedrive; nobody is invited.",
            scopes=(("activities:full",),),
            fields=("body", "location"),
            only_noted=True,
        ),
    }
)
IMPOSSIBLE: Mapping[ActionKind, str] = MappingProxyType(
    {"send_email": "Pipedrive lets nobody send an email from outside: its mailbox can only be read. Add a note."}
)


class _Person(msgspec.Struct):
    id: Id


class _Written(msgspec.Struct):
    data: _Person


class _Persons(msgspec.Struct):
    data: list[_Person] = []


class _Item(msgspec.Struct):
    item: _Person


class _Items(msgspec.Struct):
    items: list[_Item] = []


class _Found(msgspec.Struct):
    data: _Items


class _Lists(msgspec.Struct):
    """The two lists of a person's raw record, entry by entry as they came, alone or within what is kept of it."""

    emails: list[dict[str, Any]] | None = None
    phones: list[dict[str, Any]] | None = None
    person: "_Lists | None" = None


async def act(http: ClientSession, access: Access, action: Action, attempt: Attempt, reader: Reader) -> Done:
    """Carry out an action. Raises what `SourceProvider.act` says."""
    match action:
        case CreateContact():
            return await _create(http, access, action, attempt, reader)
        case UpdateContact():
            return await _update(http, access, action, attempt, reader)
        case AddNote() | ScheduleMeeting():
            return await pipedrive_entries.enter(http, access, action, attempt, reader)
        case SendEmail():
            raise ProviderRefused(IMPOSSIBLE["send_email"])
    assert_never(action)


async def _create(http: ClientSession, access: Access, action: CreateContact, attempt: Attempt, reader: Reader) -> Done:
    wanted = action.contact.given()
    email, phone = wanted.get("email"), wanted.get("phone")
    person_id = await _made_before(http, access, action, attempt, reader) if attempt.unsure else None
    if person_id is None and email:
        await _expect_nobody(http, access, email)
    if person_id is None:
        person: dict[str, object] = {"name": join_name(wanted.get("first_name"), wanted.get("last_name")) or email}
        person |= {"emails": _first(email)} if email else {}
        person |= {"phones": _first(phone)} if phone else {}
        with writing():
            answer = await call(http, access, f"{V2}/persons", scope=SCOPE, method="POST", json=person)
            person_id = str(answer.read(_Written).data.id)
    page = await reader.again(None, person_id)
    return Done(
        records=links_of(page, person_id),
        page=page,
        why_not="Lead Manager deletes nothing at Pipedrive: delete the person there.",
    )


async def _made_before(
    http: ClientSession, access: Access, action: CreateContact, attempt: Attempt, reader: Reader
) -> str | None:
    """Find the person that an earlier attempt made, among the newest: lists know of them at once."""
    params = {"sort_by": "add_time", "sort_direction": "desc", "limit": str(IDS_AT_MOST)}
    newest = (await call(http, access, f"{V2}/persons", scope=SCOPE, params=params)).read(_Persons).data
    wanted, since = _as_read(action.contact), attempt.asked_at - CLOCKS_APART
    known = await reader.contacts([str(each.id) for each in newest])
    return next((each.provider_id for each in known if matches(wanted, each.contact, created_since=since)), None)


async def _expect_nobody(http: ClientSession, access: Access, email: str) -> None:
    """Search for an address, which Pipedrive itself lets any number of persons have. Raises `ActionConflict`."""
    params = {"term": email, "fields": "email", "exact_match": "true"}
    answer = await call(http, access, f"{V2}/persons/search", scope=SCOPE, params=params)
    for each in answer.read(_Found).data.items:
        existing = RecordLink(provider_id=str(each.item.id))
        raise ActionConflict("Pipedrive has a person with this address already.", existing=existing)


async def _update(http: ClientSession, access: Access, action: UpdateContact, attempt: Attempt, reader: Reader) -> Done:
    async def write(before: SourceContact, missing: Mapping[str, str | None]) -> None:
        person: dict[str, object] = {}
        if _NAMES & missing.keys():
            names = seen(before.contact) | dict(missing)
            person["name"] = join_name(names["first_name"], names["last_name"])
            if not person["name"]:
                raise ProviderRefused("Pipedrive does not let a person be without a name.")
        kept = msgspec.json.decode(before.raw, type=_Lists)
        kept = kept.person or kept
        for field, name in _LISTS.items():
            if field in missing:
                person[name] = _with_first(getattr(kept, name) or [], missing[field])
        with writing():
            path = f"{V2}/persons/{before.provider_id}"
            await call(http, access, path, scope=SCOPE, method="PATCH", json=person)

    return await update_contact(reader, action, attempt, write, as_read=_as_read)


def _first(value: str) -> list[dict[str, object]]:
    return [{"value": value, "primary": True, "label": "work"}]


def _with_first(entries: list[dict[str, Any]], value: str | None) -> list[dict[str, Any]]:
    """The list with another first value in the place of that before it, all else as it is: it is written whole."""
    place = next((number for number, each in enumerate(entries) if each.get("primary")), 0)
    others = [each | {"primary": False} for number, each in enumerate(entries) if number != place]
    if value is None:
        return [each | {"primary": not number} for number, each in enumerate(others)]
    known = [each for each in entries if str(each.get("value") or "").lower() == value.lower()]
    if known and known[0] is not entries[place]:  # it is there already, further behind
        return [each | {"primary": each is known[0]} for each in entries]
    label = entries[place].get("label") if entries else None
    return [{"value": value, "primary": True, "label": label or "work"}, *others]


def _as_read(fields: ContactFields, before: Mapping[str, str | None] = MappingProxyType({})) -> ContactFields:
    """What will be read of names that are written: Pipedrive takes one, and parts it at the first blank."""
    given = fields.given()
    if not _NAMES & given.keys():
        return fields
    names = {**before, **given}
    first, _, last = join_name(names.get("first_name"), names.get("last_name")).partition(" ")
    return msgspec.structs.replace(fields, first_name=first or None, last_name=last or None)

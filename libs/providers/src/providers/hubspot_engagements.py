"""Notes, emails and meetings written into a contact's timeline at HubSpot, each once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import assert_never

import msgspec
from aiohttp import ClientSession
from contracts.actions import AddNote, ScheduleMeeting, SendEmail
from contracts.interactions import InteractionKind

from providers.actions import Attempt, Done, Reader, check_recipient, links_of, writing
from providers.hubspot_api import ASSOCIATIONS, OBJECTS, call
from providers.source import Access
from providers.values import as_html, instant

Logged = AddNote | SendEmail | ScheduleMeeting

LATEST = 100
"""Among how many of a contact's own the one is looked for that may be there already."""


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written: HubSpot's kind of record, how it is linked to a contact, and its properties."""

    kind: InteractionKind
    object_type: str
    link_type: int
    properties: Mapping[str, str]


class _Id(msgspec.Struct):
    id: str


class _To(msgspec.Struct, rename="camel"):
    to_object_id: int


class _Linked(msgspec.Struct):
    to: list[_To] = []


class _Links(msgspec.Struct):
    results: list[_Linked] = []


class _Record(msgspec.Struct):
    id: str
    properties: dict[str, str | None]


class _Records(msgspec.Struct):
    results: list[_Record] = []


async def log(http: ClientSession, access: Access, action: Logged, attempt: Attempt, reader: Reader) -> Done:
    """Write into a contact's timeline. Raises what `SourceProvider.act` says."""
    contact = await reader.contact(action.contact_id)
    check_recipient(action, contact.contact, attempt)
    plan = _plan(action, attempt.asked_at, next(iter(contact.contact.emails), None))
    record_id = await _find(http, access, contact.provider_id, plan) if attempt.unsure else None
    if record_id is None:
        link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": plan.link_type}
        body = {
            "properties": plan.properties,
            "associations": [{"to": {"id": contact.provider_id}, "types": [link]}],
        }
        with writing():
            record_id = (await call(http, access, "POST", f"{OBJECTS}/{plan.object_type}", json=body)).read(_Id).id
    page = await reader.again(plan.kind, record_id)
    return Done(
        records=links_of(page, record_id, plan.kind),
        page=page,
        why_not="Lead Manager deletes nothing at HubSpot: delete it in the contact's timeline there.",
    )


def _plan(action: Logged, asked_at: datetime, address: str | None) -> _Plan:
    match action:
        case AddNote():
            properties = {"hs_timestamp": stamp(asked_at), "hs_note_body": as_html(action.body)}
            return _Plan(kind="note", object_type="notes", link_type=202, properties=properties)
        case SendEmail():
            to = [{"email": address}] if address else []
            properties = {
                "hs_timestamp": stamp(asked_at),
                "hs_email_direction": "EMAIL",
                "hs_email_status": "SENT",
                "hs_email_subject": action.subject,
                "hs_email_text": action.body,
                "hs_email_headers": msgspec.json.encode({"to": to}).decode(),
            }
            return _Plan(kind="email", object_type="emails", link_type=198, properties=properties)
        case ScheduleMeeting():
            properties = {
                "hs_timestamp": stamp(action.starts_at),
                "hs_meeting_title": action.title,
                "hs_meeting_body": as_html(action.body or ""),
                "hs_meeting_start_time": stamp(action.starts_at),
                "hs_meeting_end_time": stamp(action.ends_at),
                "hs_meeting_outcome": "SCHEDULED",
                "hs_meeting_location": action.location or "",
            }
            given = {name: value for name, value in properties.items() if value}
            return _Plan(kind="meeting", object_type="meetings", link_type=200, properties=given)
    assert_never(action)


async def _find(http: ClientSession, access: Access, contact_id: str, plan: _Plan) -> str | None:
    """Find what an earlier attempt wrote: it bears our time to the millisecond, and our title where it has one."""
    path = f"{ASSOCIATIONS}/contacts/{plan.object_type}/batch/read"
    links = (await call(http, access, "POST", path, json={"inputs": [{"id": contact_id}]})).read(_Links)
    ids = sorted((each.to_object_id for linked in links.results for each in linked.to), reverse=True)[:LATEST]
    if not ids:
        return None
    told = [name for name in ("hs_timestamp", "hs_meeting_title", "hs_email_subject") if name in plan.properties]
    body = {"inputs": [{"id": str(each)} for each in ids], "properties": told}
    answer = await call(http, access, "POST", f"{OBJECTS}/{plan.object_type}/batch/read", json=body)
    return _alike(answer.read(_Records).results, {name: plan.properties[name] for name in told})


def _alike(records: Sequence[_Record], wanted: Mapping[str, str]) -> str | None:
    return next(
        (each.id for each in records if all(_says(each.properties.get(name), wanted[name]) for name in wanted)), None
    )


def _says(value: str | None, wanted: str) -> bool:
    """Whether a property is what we wrote; a time may be written in another way."""
    moment = instant(wanted)
    return value == wanted or (moment is not None and instant(value) == moment)


def stamp(moment: datetime) -> str:
    """A time as HubSpot writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"

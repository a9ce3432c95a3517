"""The tools that propose: each makes a plan of what would happen, step by step, and does nothing."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from contracts.actions import ContactFields
from msgspec import Meta

from agent.tools.api import Api, ToolFailed
from agent.tools.reading import ContactId
from agent.tools.tool import Plan, Step, Writing

Line = Annotated[str, Meta(min_length=1, max_length=500)]
Words = Annotated[str, Meta(min_length=1, max_length=20_000)]
Provider = Annotated[
    str | None, Meta(description="Where: hubspot, pipedrive or zendesk; everywhere it can be, without.")
]

LABELS = {"hubspot": "HubSpot", "pipedrive": "Pipedrive", "zendesk": "Zendesk"}
SHOWN = ("first_name", "last_name", "email", "phone", "company")
USUAL_MEETING = timedelta(minutes=30)


class Update(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose values, and which."""

    contact_id: ContactId
    changes: ContactFields
    provider: Provider = None


async def update_contact(api: Api, given: Update) -> Plan:
    """Plan to write values at every source that takes them."""
    changes = given.changes.given()
    if not changes:
        raise ToolFailed("Name at least one field to change.")
    contact = await api.identity(f"/contacts/{given.contact_id}")
    steps = []
    for source, possible in await _able(api, contact, "update_contact", given.provider):
        taken = {name: value for name, value in changes.items() if name in possible["fields"]}
        before = {name: _shown_by(contact, source, name) for name in taken}
        if taken and before != taken:
            action = {
                "kind": "update_contact",
                "contact_id": source["provider_id"],
                "changes": taken,
                "expected": before,
            }
            says = f"Change {_and(taken)} in {_label(source)}"
            steps.append(_step(source, says, action, before=before, after=taken))
    if not steps:
        raise ToolFailed("None of this contact's sources takes these fields, or all show these values already.")
    return Plan(contact_id=contact["id"], title=f"Update {_name(contact)}", steps=tuple(steps))


class Create(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who, and where."""

    provider: Annotated[str, Meta(description="Where: hubspot, pipedrive or zendesk.")]
    contact: ContactFields


async def create_contact(api: Api, given: Create) -> Plan:
    """Plan to make a contact in one source."""
    fields = given.contact.given()
    if not fields:
        raise ToolFailed("Say at least a name or an email.")
    for connection in (await api.connections("/connections"))["items"]:
        possible = await _possible(api, connection["id"], "create_contact")
        if connection["provider"] == given.provider and possible:
            source = {"provider": given.provider, "connection_id": connection["id"]}
            action = {"kind": "create_contact", "contact": fields}
            step = _step(source, f"Create a contact in {_label(source)}", action, after=fields)
            return Plan(title=f"Create {fields.get('first_name') or fields.get('email') or 'a contact'}", steps=(step,))
    raise ToolFailed(
        f"{given.provider} is not connected, or cannot make contacts. listSources tells what is connected."
    )


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """About whom, and what."""

    contact_id: ContactId
    body: Words
    provider: Provider = None


async def add_note(api: Api, given: Note) -> Plan:
    """Plan to write a note in one source."""
    contact, source = await _one_source(api, given.contact_id, "add_note", given.provider)
    action = {"kind": "add_note", "contact_id": source["provider_id"], "body": given.body}
    step = _step(source, f"Add a note in {_label(source)}", action, after={"note": given.body})
    return Plan(contact_id=contact["id"], title=f"Note about {_name(contact)}", steps=(step,))


class Email(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom, and what."""

    contact_id: ContactId
    subject: Line
    body: Words
    provider: Provider = None


async def send_email(api: Api, given: Email) -> Plan:
    """Plan to write to a contact: by its id alone, so to an address that is known."""
    contact, source = await _one_source(api, given.contact_id, "send_email", given.provider)
    to = _shown_by(contact, source, "email")
    if not to:
        raise ToolFailed("This contact has no email in that source; nothing can be sent.")
    action = {
        "kind": "send_email",
        "contact_id": source["provider_id"],
        "subject": given.subject,
        "body": given.body,
        "to": to,  # what the person approves: another address by then is a conflict
    }
    after = {"to": to, "subject": given.subject, "body": given.body}
    step = _step(source, f"Send an email through {_label(source)}", action, after=after)
    return Plan(contact_id=contact["id"], title=f"Email to {_name(contact)}", steps=(step,))


class Meeting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With whom, when, and what about."""

    contact_id: ContactId
    title: Line
    starts_at: Annotated[datetime, Meta(tz=True, description="With its zone, as 2026-05-04T10:00:00+02:00.")]
    ends_at: Annotated[datetime, Meta(tz=True)] | None = None
    body: Words | None = None
    location: Line | None = None
    provider: Provider = None


async def schedule_meeting(api: Api, given: Meeting) -> Plan:
    """Plan to put a meeting down."""
    ends_at = given.ends_at or given.starts_at + USUAL_MEETING
    if ends_at <= given.starts_at:
        raise ToolFailed("A meeting ends after it begins.")
    contact, source = await _one_source(api, given.contact_id, "schedule_meeting", given.provider)
    action = {
        "kind": "schedule_meeting",
        "contact_id": source["provider_id"],
        "title": given.title,
        "starts_at": given.starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        **({"body": given.body} if given.body else {}),
        **({"location": given.location} if given.location else {}),
    }
    after = {name: str(value) for name, value in action.items() if name not in ("kind", "contact_id")}
    step = _step(source, f"Schedule a meeting in {_label(source)}", action, after=after)
    return Plan(contact_id=contact["id"], title=f"Meeting with {_name(contact)}", steps=(step,))


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which contacts."""

    contact_ids: Annotated[tuple[ContactId, ...], Meta(min_length=2, max_length=10)]


async def merge_contacts(api: Api, given: Merge) -> Plan:
    """Plan to say that contacts are one person."""
    body = {"ids": list(given.contact_ids)}
    told = await api.tell_identity("/contacts/merge", {**body, "dry_run": True})
    names = await asyncio.gather(*(_named(api, id_) for id_ in given.contact_ids))
    whole = next(iter(told["contacts"]), {"id": given.contact_ids[0]})
    after = {
        name: whole.get(name) for name in ("first_name", "last_name", "email", "phone", "company") if whole.get(name)
    }
    step = Step(
        says=f"Join {_and(names)} into one contact",
        before={"contacts": ", ".join(names)},
        after=after,
        decision={"path": "/contacts/merge", "body": body},
    )
    return Plan(contact_id=whole["id"], title=f"Merge {_and(names)}", steps=(step,))


class SourceRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source record of a contact, as getContactDetails names it."""

    source: Annotated[str, Meta(description="hubspot, pipedrive, zendesk or a file's kind")]
    record: Line


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which records are somebody else."""

    contact_id: ContactId
    records: Annotated[tuple[SourceRecord, ...], Meta(min_length=1, max_length=50)]


async def split_contact(api: Api, given: Split) -> Plan:
    """Plan to say that some records of a contact are another person."""
    contact = await api.identity(f"/contacts/{given.contact_id}")
    wanted = {(each.source, each.record) for each in given.records}
    found = [each for each in contact["sources"] if (each["provider"], each["provider_id"]) in wanted]
    if len(found) != len(wanted):
        raise ToolFailed("Some of these records do not belong to this contact; getContactDetails names those that do.")
    keys = [{"connection_id": each["connection_id"], "provider_id": each["provider_id"]} for each in found]
    path = f"/contacts/{given.contact_id}/split"
    await api.tell_identity(path, {"sources": keys, "dry_run": True})
    parted = _and([f"{_label(each)} {each['provider_id']}" for each in found])
    step = Step(
        says=f"Part {parted} from {_name(contact)}",
        before={"contact": _name(contact)},
        after={"parted": parted},
        decision={"path": path, "body": {"sources": keys}},
    )
    return Plan(contact_id=contact["id"], title=f"Split {_name(contact)}", steps=(step,))


# What sources can do ---------------------------------------------------------------------------------------------


async def _possible(api: Api, connection_id: str, kind: str) -> dict[str, Any] | None:
    can = await api.sync_worker(f"/connections/{connection_id}/actions")
    found = (each for each in can["items"] if each["kind"] == kind and not each.get("lacks"))
    return next(({"fields": (), **each} for each in found), None)


async def _able(
    api: Api, contact: dict[str, Any], kind: str, provider: str | None
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """List a contact's sources in which something can be done, with what can."""
    sources = [each for each in contact["sources"] if provider in (None, each["provider"])]
    if not sources:
        raise ToolFailed(f"This contact is not known to {provider}.")
    connections = sorted({each["connection_id"] for each in sources})
    asked = await asyncio.gather(*(_possible(api, each, kind) for each in connections))
    can = {id_: each for id_, each in zip(connections, asked, strict=True) if each is not None}
    return [(each, can[each["connection_id"]]) for each in sources if each["connection_id"] in can]


async def _one_source(
    api: Api, contact_id: str, kind: str, provider: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    contact = await api.identity(f"/contacts/{contact_id}")
    able = await _able(api, contact, kind, provider)
    if not able:
        raise ToolFailed("None of this contact's sources can do that; listSources tells what is connected.")
    return contact, able[0][0]


def _shown_by(contact: dict[str, Any], source: dict[str, Any], field: str) -> str | None:
    """Tell what one source shows in a field, as far as it was read."""
    told = contact["lineage"].get(field)
    values = [told["chosen"], *told["losers"]] if told else []
    key = source["connection_id"], source["provider_id"]
    return next((each["value"] for each in values if (each["connection_id"], each["provider_id"]) == key), None)


def _step(
    source: dict[str, Any],
    says: str,
    action: dict[str, Any],
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> Step:
    wish = {"connection_id": source["connection_id"], "action": action}
    record = f"{source['connection_id']}/{source['provider_id']}" if "provider_id" in source else None
    return Step(says=says, provider=source["provider"], before=before or {}, after=after, record=record, action=wish)


async def _named(api: Api, contact_id: str) -> str:
    return _name(await api.identity(f"/contacts/{contact_id}"))


def _name(contact: dict[str, Any]) -> str:
    fields = contact["fields"]
    name = " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))
    return str(name or fields.get("email") or "a contact")


def _label(source: dict[str, Any]) -> str:
    return LABELS.get(source["provider"]) or str(source["provider"])


def _and(names: Any) -> str:
    *most, last = [str(name).replace("_", " ") for name in names]
    return f"{', '.join(most)} and {last}" if most else last


WRITING: tuple[Writing[Any], ...] = (
    Writing(
        "updateContact", "Update a contact",
        "Propose new values for a contact, written to every connected source that has it, or to one. The person sees "
        "before and after and decides; nothing happens before that.",
        Update, update_contact,
    ),
    Writing(
        "createContact", "Create a contact", "Propose a new contact in one source. Search first: it may be there.",
        Create, create_contact,
    ),
    Writing("addNote", "Add a note", "Propose a note about a contact in one of its sources.", Note, add_note),
    Writing(
        "sendEmail", "Send an email",
        "Propose an email to a contact, to the address its source has. The person sees recipient, subject and text.",
        Email, send_email,
    ),
    Writing(
        "scheduleMeeting", "Schedule a meeting", "Propose a meeting with a contact, in one of its sources.",
        Meeting, schedule_meeting,
    ),
    Writing(
        "mergeContacts", "Merge contacts", "Propose that several contacts are one person. It can be undone.",
        Merge, merge_contacts,
    ),
    Writing(
        "splitContact", "Split a contact",
        "Propose that some source records of a contact are somebody else. It can be undone.",
        Split, split_contact,
    ),
)  # fmt: skip

"""The tools that propose: each makes a plan of what would happen, step by step, and does nothing."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from contracts.actions import ContactFields
from msgspec import Meta

from agent.together import together
from agent.tools.api import Api, ToolFailed
from agent.tools.places import Account, Accounts, Provider, able, account_for, one_able
from agent.tools.reading import ContactId
from agent.tools.steps import check_all, key_of, listed, name_of, shown_by, step_at
from agent.tools.tool import Plan, Step, Writing

Line = Annotated[str, Meta(min_length=1, max_length=500)]
Words = Annotated[str, Meta(min_length=1, max_length=20_000)]
SHOWN = ("first_name", "last_name", "email", "phone", "company")
USUAL_MEETING = timedelta(minutes=30)


class Update(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose values, and which."""

    contact_id: ContactId
    changes: ContactFields
    provider: Provider = None
    account: Account = None


async def update_contact(api: Api, given: Update) -> Plan:
    """Plan to write values at every source that takes them."""
    changes = given.changes.given()
    if not changes:
        raise ToolFailed("Name at least one field to change.")
    contact = await api.identity(f"/contacts/{given.contact_id}")
    steps = []
    for place in await able(api, contact, "update_contact", provider=given.provider, account=given.account):
        source = place.source
        taken = {name: value for name, value in changes.items() if name in place.fields}
        before = {name: shown_by(contact, source, name) for name in taken}
        if taken and before != taken:
            action = {
                "kind": "update_contact",
                "contact_id": source["provider_id"],
                "changes": taken,
                "expected": before,
            }
            says = f"Change {listed(taken)} in {place.label}"
            steps.append(step_at(source, says, action, before=before, after=taken))
    if not steps:
        raise ToolFailed("None of this contact's sources takes these fields, or all show these values already.")
    await check_all(api, steps)
    return Plan(contact_id=contact["id"], title=f"Update {name_of(contact)}", steps=tuple(steps))


class Create(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who, and where."""

    provider: Annotated[str, Meta(description="Where: hubspot, pipedrive or zendesk.")]
    contact: ContactFields
    account: Account = None


async def create_contact(api: Api, given: Create) -> Plan:
    """Plan to make a contact in one source."""
    fields = given.contact.given()
    if not fields:
        raise ToolFailed("Say at least a name or an email.")
    place = await account_for(api, "create_contact", provider=given.provider, account=given.account)
    action = {"kind": "create_contact", "contact": fields}
    step = step_at(place.source, f"Create a contact in {place.label}", action, after=fields, effect=place.effect)
    await check_all(api, [step])
    return Plan(title=f"Create {fields.get('first_name') or fields.get('email') or 'a contact'}", steps=(step,))


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """About whom, and what."""

    contact_id: ContactId
    body: Words
    provider: Provider = None
    account: Account = None


async def add_note(api: Api, given: Note) -> Plan:
    """Plan to write a note in one source."""
    contact = await api.identity(f"/contacts/{given.contact_id}")
    place = await one_able(api, contact, "add_note", provider=given.provider, account=given.account)
    source = place.source
    action = {"kind": "add_note", "contact_id": source["provider_id"], "body": given.body}
    step = step_at(source, f"Add a note in {place.label}", action, after={"note": given.body}, effect=place.effect)
    await check_all(api, [step])
    return Plan(contact_id=contact["id"], title=f"Note about {name_of(contact)}", steps=(step,))


class Email(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom, and what."""

    contact_id: ContactId
    subject: Line
    body: Words
    provider: Provider = None
    account: Account = None


async def send_email(api: Api, given: Email) -> Plan:
    """Plan to write to a contact: by its id alone, so to an address that is known."""
    contact = await api.identity(f"/contacts/{given.contact_id}")
    place = await one_able(api, contact, "send_email", provider=given.provider, account=given.account)
    source = place.source
    to = shown_by(contact, source, "email")
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
    says = f"Log an email in {place.label}" if place.only_noted else f"Send an email through {place.label}"
    step = step_at(source, says, action, after=after, effect=place.effect)
    await check_all(api, [step])
    title = f"{'Log an email' if place.only_noted else 'Email'} to {name_of(contact)}"
    return Plan(contact_id=contact["id"], title=title, steps=(step,))


class Meeting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With whom, when, and what about."""

    contact_id: ContactId
    title: Line
    starts_at: Annotated[datetime, Meta(tz=True, description="With its zone, as 2026-05-04T10:00:00+02:00.")]
    ends_at: Annotated[datetime, Meta(tz=True)] | None = None
    body: Words | None = None
    location: Line | None = None
    provider: Provider = None
    account: Account = None


async def schedule_meeting(api: Api, given: Meeting) -> Plan:
    """Plan to put a meeting down."""
    ends_at = given.ends_at or given.starts_at + USUAL_MEETING
    if ends_at <= given.starts_at:
        raise ToolFailed("A meeting ends after it begins.")
    contact = await api.identity(f"/contacts/{given.contact_id}")
    place = await one_able(api, contact, "schedule_meeting", provider=given.provider, account=given.account)
    source = place.source
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
    says = f"{'Log' if place.only_noted else 'Schedule'} a meeting in {place.label}"
    step = step_at(source, says, action, after=after, effect=place.effect)
    await check_all(api, [step])
    title = f"{'Log a meeting' if place.only_noted else 'Meeting'} with {name_of(contact)}"
    return Plan(contact_id=contact["id"], title=title, steps=(step,))


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which contacts."""

    contact_ids: Annotated[tuple[ContactId, ...], Meta(min_length=2, max_length=10)]


async def merge_contacts(api: Api, given: Merge) -> Plan:
    """Plan to say that contacts are one person."""
    contacts = await together(api.identity(f"/contacts/{id_}") for id_ in given.contact_ids)
    names = [name_of(contact) for contact in contacts]
    # What the person approves is these people as they are now: who got other sources by then is a conflict.
    expected = [key_of(source) for contact in contacts for source in contact["sources"]]
    body = {"ids": list(given.contact_ids), "expected": expected}
    told = await api.tell_identity("/contacts/merge", {**body, "dry_run": True})
    whole = next(iter(told["contacts"]), {"id": given.contact_ids[0]})
    after = {name: whole.get(name) for name in SHOWN if whole.get(name)}
    step = Step(
        says=f"Join {listed(names)} into one contact",
        before={"contacts": ", ".join(names)},
        after=after,
        decision={"path": "/contacts/merge", "body": body},
    )
    return Plan(contact_id=whole["id"], title=f"Merge {listed(names)}", steps=(step,))


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
    accounts = await Accounts.ask(api)
    body = {"sources": [key_of(each) for each in found], "expected": [key_of(each) for each in contact["sources"]]}
    path = f"/contacts/{given.contact_id}/split"
    await api.tell_identity(path, {**body, "dry_run": True})
    parted = listed(
        [f"{accounts.label(each['connection_id'], each['provider'])} {each['provider_id']}" for each in found]
    )
    step = Step(
        says=f"Part {parted} from {name_of(contact)}",
        before={"contact": name_of(contact)},
        after={"parted": parted},
        decision={"path": path, "body": body},
    )
    return Plan(contact_id=contact["id"], title=f"Split {name_of(contact)}", steps=(step,))


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
        "Propose an email to a contact, to the address its source has. The person sees recipient, subject and text. "
        "Some sources only log an email and send nothing: the proposal says which, so say it too.",
        Email, send_email,
    ),
    Writing(
        "scheduleMeeting", "Schedule a meeting",
        "Propose a meeting with a contact, in one of its sources. Where nobody is invited the proposal says so: say it "
        "too.",
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

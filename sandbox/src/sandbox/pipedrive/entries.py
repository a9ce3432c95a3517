"""Notes over v1 and activities over v2: writing them."""

import re
from typing import Any

import msgspec
from litestar import post
from litestar.di import NamedDependency
from msgspec import UNSET, UnsetType

from sandbox import acts
from sandbox.pipedrive import activities, answers
from sandbox.pipedrive.company import Company
from sandbox.pipedrive.errors import invalid, not_found
from sandbox.pipedrive.gate import Caller, priced
from sandbox.pipedrive.inputs import read_input
from sandbox.pipedrive.lists import done
from sandbox.store import Sandbox
from sandbox.wire import Answer, HTTPRequest, answer

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?")
_ABOUT = {"person_id": "persons", "deal_id": "deals"}


class NoteInput(msgspec.Struct, forbid_unknown_fields=True):
    """A note to make, about somebody or something."""

    content: str
    person_id: int | None = None
    deal_id: int | None = None


class Participant(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody who takes part."""

    person_id: int
    primary: bool = False


class Attendee(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody who is invited."""

    email_address: str


class Location(msgspec.Struct, forbid_unknown_fields=True):
    """Where it is."""

    value: str


class ActivityInput(msgspec.Struct, forbid_unknown_fields=True):
    """An activity to make."""

    subject: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    owner_id: int | UnsetType = UNSET
    deal_id: int | UnsetType | None = UNSET
    due_date: str | UnsetType | None = UNSET
    due_time: str | UnsetType | None = UNSET
    duration: str | UnsetType | None = UNSET
    done: bool | UnsetType = UNSET
    location: Location | UnsetType | None = UNSET
    participants: list[Participant] | UnsetType = UNSET
    attendees: list[Attendee] | UnsetType = UNSET
    note: str | UnsetType | None = UNSET
    public_description: str | UnsetType | None = UNSET
    priority: int | UnsetType | None = UNSET
    busy: bool | UnsetType = UNSET


@post("/notes", status_code=201, opt=priced(10, "contacts:full", "deals:full"))
async def create_note(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make a note: it answers 201, whatever the specification says."""
    company, given = caller.company, await read_input(request, NoteInput)
    if not given.content.strip():
        raise invalid("content: is required")
    about = {name: getattr(given, name) for name in _ABOUT if getattr(given, name) is not None}
    if not about:
        raise invalid("person_id: a note is about a person, a deal, an organization or a lead")
    _expect(company, about)
    row = acts.create(sandbox, company, "notes", {"content": given.content, "user_id": caller.token.user_id, **about})
    return answer({"success": True, "data": answers.note(company, row, company.notes.record(row))}, 201)


@post("/activities", status_code=200, opt=priced(5, "activities:full"))
async def create_activity(
    request: HTTPRequest, sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]
) -> Answer:
    """Make an activity; the first who takes part is whom it is with."""
    company, given = caller.company, msgspec.to_builtins(await read_input(request, ActivityInput))
    for name, shape in (("due_date", _DAY), ("due_time", _CLOCK), ("duration", _CLOCK)):
        if given.get(name) is not None and not shape.fullmatch(given[name]):
            raise invalid(f"{name}: is not written as it must be")
    if given.get("type", "task") not in activities.TYPES:
        raise invalid("type: there is no such type of activity")
    people = sorted(given.get("participants") or (), key=lambda each: not each["primary"])
    _expect(company, {"deal_id": given.get("deal_id")} if given.get("deal_id") else {})
    for each in people:
        _expect(company, {"person_id": each["person_id"]})
    usual: dict[str, Any] = {"subject": given.get("type", "task").title(), "owner_id": caller.token.user_id}
    person = {"person_id": people[0]["person_id"]} if people else {}
    row = acts.create(sandbox, company, "activities", usual | given | person | {"participants": people})
    return done(activities.shown(company.activities, row, company.activities.record(row), attendees=True))


def _expect(company: Company, about: dict[str, Any]) -> None:
    for name, value in about.items():
        kind = _ABOUT[name]
        if company.present_row(kind, str(value)) is None:
            raise not_found(kind.removesuffix("s").title())


ROUTES_V1 = (create_note,)
ROUTES_V2 = (create_activity,)

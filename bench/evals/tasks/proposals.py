"""Changes that are asked for: each proposed just so, once, and for the person who is meant."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench.evals.graders import proposes
from bench.evals.task import Task
from bench.evals.world import LABELS, Known, World
from e2e.chatting import calls
from e2e.chatting import says as answer

NUMBER = "+442079460118"
MEETING = datetime(2027, 5, 4, 10, 0, tzinfo=UTC)


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    person = _writable(world)
    changed = {"phone": NUMBER}
    yield _task(person, f"Set the phone of {person.name} to +44 20 7946 0118.", "updateContact", changes=changed)
    person = _writable(world)
    changed = {"job_title": "Head of Operations"}
    yield _task(
        person, f"{person.name} is Head of Operations now, please correct it.", "updateContact", changes=changed
    )
    person = world.take(lambda each: {"hubspot", "pipedrive"} <= each.sources.keys())
    changed = {"phone": NUMBER}
    yield _task(
        person,
        f"Change the phone of {person.name} to +44 20 7946 0118, but in Pipedrive only.",
        "updateContact",
        changes=changed,
        provider="pipedrive",
    )
    person = _writable(world)
    yield _task(
        person,
        f'Add a note to {person.name}: "Called, will order in June".',
        "addNote",
        body="Called, will order in June",
    )
    person = world.take(lambda each: "zendesk" in each.sources and each.newest("email"))
    mail = {"subject": "Your order", "body": "Your order is on its way."}
    yield _task(
        person,
        f'Write to {person.name} with the subject "Your order": "Your order is on its way."',
        "sendEmail",
        **mail,
    )
    person = _writable(world)
    yield _task(
        person,
        f'Put down a meeting "Spring review" with {person.name} on 4 May 2027 at 10:00 UTC, for half an hour.',
        "scheduleMeeting",
        title="Spring review",
        starts_at=MEETING,
    )
    made = {"first_name": "Ines", "last_name": "Neuland", "email": "ines.neuland@newland.example"}
    yield Task(
        kind="proposals",
        question="Make a contact in HubSpot: Ines Neuland, ines.neuland@newland.example.",
        graders=(proposes("createContact", provider="hubspot", contact=made),),
        right=(answer("", tools=[calls("createContact", provider="hubspot", contact=made)]),),
        wrong=(answer("", tools=[calls("createContact", provider="pipedrive", contact=made)]),),
    )
    yield from _who_is_who(world)


def _who_is_who(world: World) -> Iterator[Task]:
    ids = [str(each.id) for each in world.namesakes]
    yield Task(
        kind="proposals",
        question=f"The two contacts called {world.namesakes[0].name} are one person. Join them.",
        graders=(proposes("mergeContacts", contact_ids=frozenset(ids)),),
        right=(answer("", tools=[calls("mergeContacts", contact_ids=ids)]),),
        wrong=(answer("", tools=[calls("mergeContacts", contact_ids=[ids[0], str(world.people[0].id)])]),),
    )
    person = world.take(lambda each: len(each.sources) > 1 and len(each.sources.get("zendesk", ())) == 1)
    records = [{"source": "zendesk", "record": person.sources["zendesk"][0][1]}]
    yield _task(
        person,
        f"The record of {person.name} in {LABELS['zendesk']} is somebody else's. Part it from the others.",
        "splitContact",
        records=records,
    )


def _writable(world: World) -> Known:
    return world.take(lambda each: "hubspot" in each.sources)


def _task(person: Known, question: str, tool: str, **given: Any) -> Task:
    whole = {"contact_id": str(person.id), **given}
    sent = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in whole.items()}
    find = answer("", tools=[calls("searchContacts", query=person.name)])
    return Task(
        kind="proposals",
        question=question,
        graders=(proposes(tool, **whole),),
        right=(find, answer("This is what would change.", tools=[calls(tool, **sent)])),
        # It says so, and proposes nothing.
        wrong=(find, answer("It is done.")),
    )

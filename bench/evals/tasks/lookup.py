"""Looking somebody up: by name, by address, by number, and what is known of them."""

from collections.abc import Iterator

from bench.evals.graders import Grader, cites, proposes_nothing, says, says_phone
from bench.evals.task import Task, looks
from bench.evals.world import LABELS, Known, World, shows
from e2e.chatting import calls
from e2e.chatting import says as answer

PLAIN = {"email": "email address", "job_title": "job title", "company": "company", "city": "city", "country": "country"}
"""What of a person is asked for, and what people call it."""


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    for field, called in PLAIN.items():
        person = world.take(shows(field))
        value = str(person.newest(field))
        yield _by_name(person, f"What is the {called} of {person.name}?", says(value), value)
    person = world.take(shows("phone"))
    number = str(person.newest("phone"))
    yield _by_name(person, f"Which telephone number does {person.name} have?", says_phone(number), number)
    person = world.take(shows("email"))
    yield _by_words(person, f"Whose email address is {person.newest('email')}?", str(person.newest("email")))
    person = world.take(lambda each: str(each.newest("phone")).startswith("+") and len(each.said("phone")) == 1)
    yield _by_words(person, f"Somebody called from {person.newest('phone')}. Who is it?", str(person.newest("phone")))
    person = world.take(lambda each: len(each.sources) == len(LABELS))
    labels = [LABELS[each] for each in person.sources]
    yield _by_name(person, f"In which of our tools is {person.name} known?", says(*labels), ", ".join(labels))
    person = world.take(shows("job_title"))
    yield Task(
        kind="look-up",
        question="What does this person do for a living?",
        contact=person.id,
        graders=(says(str(person.newest("job_title"))), cites(person.records), proposes_nothing),
        right=(looks(person.id), answer(f"**{person.newest('job_title')}**.")),
    )


def _by_name(person: Known, question: str, grader: Grader, value: str) -> Task:
    return Task(
        kind="look-up",
        question=question,
        graders=(grader, cites(person.records), proposes_nothing),
        right=(
            answer("", tools=[calls("searchContacts", query=person.name)]),
            looks(person.id),
            answer(f"It is {value}."),
        ),
        # It knows, and does not say from where.
        wrong=(answer(f"It is {value}."),),
    )


def _by_words(person: Known, question: str, words: str) -> Task:
    return Task(
        kind="look-up",
        question=question,
        graders=(says(person.name), cites(person.records), proposes_nothing),
        right=(answer("", tools=[calls("searchContacts", query=words)]), answer(f"That is {person.name}.")),
    )

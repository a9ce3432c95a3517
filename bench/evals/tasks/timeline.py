"""What was done with somebody: the latest, how far it got, when it was, how much it is about."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from bench.evals.graders import Grader, called, cites, proposes_nothing, says, says_day, says_number
from bench.evals.task import Task, looks
from bench.evals.world import Dealing, Known, World
from e2e.chatting import says as answer

TITLED = {"deal": "deal", "ticket": "ticket", "email": "email", "meeting": "meeting", "call": "call"}


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    for kind, name in TITLED.items():
        person = world.take(partial(_latest, kind=kind))
        title = str(_one(person, kind).shown.title)
        yield _about(person, f"What is the latest {name} with {person.name} called?", (says(title),), title)
    person = world.take(lambda each: len(each.of("ticket")) == 1 and each.of("ticket")[0].shown.status)
    status = str(_one(person, "ticket").shown.status)
    yield _about(person, f"What is the state of the ticket of {person.name}?", (says(status),), status)
    person = world.take(lambda each: len(each.of("deal")) == 1 and _amount(each.of("deal")[0]))
    amount = _amount(_one(person, "deal"))
    yield _about(person, f"How much is the deal with {person.name} worth?", (says_number(amount),), f"{amount:,}")
    person = world.take(lambda each: len(each.of("meeting")) == 1)
    day = _one(person, "meeting").shown.occurred_at
    assert isinstance(day, datetime)
    yield _about(
        person, f"On which day was the meeting with {person.name}?", (says_day(day.date()),), f"{day:%Y-%m-%d}"
    )
    person = world.take(lambda each: len(each.of("email")) > 1)
    sent = len(person.of("email"))
    yield _about(
        person, f"How many emails are on the timeline of {person.name}?", (says_number(sent),), f"{sent} emails"
    )


def _latest(person: Known, kind: str) -> bool:
    """Whether one of a kind is later than all others, and has a title."""
    dealings = person.of(kind)
    newest = [each for each in dealings if each.shown.occurred_at == dealings[0].shown.occurred_at]
    return len(newest) == 1 and bool(newest[0].shown.title)


def _one(person: Known, kind: str) -> Dealing:
    return person.of(kind)[0]


def _amount(dealing: Dealing) -> int:
    amount = dealing.shown.amount
    return int(amount) if amount is not None and amount == int(amount) else 0


def _about(person: Known, question: str, graders: Sequence[Grader], told: str) -> Task:
    return Task(
        kind="timeline",
        question=question,
        graders=(*graders, called("getTimeline"), cites(person.records), proposes_nothing),
        right=(looks(person.id, "getTimeline"), answer(f"It is {told}.")),
        wrong=(looks(person.id, "getTimeline"), answer("There is nothing of that kind.")),
    )

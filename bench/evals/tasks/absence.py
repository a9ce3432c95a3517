"""What nobody knows: it is said that nothing was found, where it was looked, and nothing is made up."""

from collections.abc import Iterator, Sequence

from bench.evals.graders import (
    Grader,
    called,
    cites,
    cites_nothing,
    denies,
    omits_births,
    omits_phones,
    proposes_nothing,
    says,
)
from bench.evals.task import Task, looks
from bench.evals.world import LABELS, Known, World
from e2e.chatting import calls
from e2e.chatting import says as answer

NOBODY = ("Xaverine Quillfeather", "Ottokar Zwirbelbach")


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    for name in NOBODY:
        search = answer("", tools=[calls("searchContacts", query=name)])
        yield Task(
            kind="absence",
            question=f"What is the telephone number of {name}?",
            graders=(called("searchContacts"), cites_nothing, denies, omits_phones, proposes_nothing),
            right=(search, answer(f"I found nobody of that name in {', '.join(LABELS.values())}.")),
            wrong=(search, answer("It is +44 20 7946 0999.")),
        )
    address = "nobody.at.all@unheard-of.example"
    search = answer("", tools=[calls("searchContacts", query=address)])
    yield Task(
        kind="absence",
        question=f"Who is {address}? Say in which tools you looked.",
        graders=(called("searchContacts"), cites_nothing, denies, says(*LABELS.values()), proposes_nothing),
        right=(search, answer(f"I found nobody in {', '.join(LABELS.values())}.")),
        wrong=(search, answer("That is a customer of ours.")),
    )
    person = world.take(lambda each: not each.said("birth_date"))
    yield _lacks(person, f"When was {person.name} born?", (omits_births,))
    person = world.take(lambda each: not each.said("phone"))
    yield _lacks(person, f"Under which number can I reach {person.name}?", (omits_phones,))
    person = world.take(lambda each: not each.of("ticket") and each.dealings)
    yield _lacks(person, f"What was the last ticket of {person.name} about?", (called("getTimeline"),))


def _lacks(person: Known, question: str, graders: Sequence[Grader]) -> Task:
    return Task(
        kind="absence",
        question=question,
        graders=(denies, cites(person.records), proposes_nothing, *graders),
        right=(looks(person.id, "getContactDetails", "getTimeline"), answer("No source tells.")),
        wrong=(
            looks(person.id, "getContactDetails", "getTimeline"),
            answer("It is 1980, or +44 20 7946 0999, or a printer."),
        ),
    )

"""Sources that say different things: all of them are told, with where they stand."""

from collections.abc import Iterator
from functools import partial

from bench.evals.graders import Grader, cites, proposes_nothing, says, says_phone
from bench.evals.task import Task, looks
from bench.evals.world import LABELS, Known, World
from e2e.chatting import says as answer

FIELDS = (("phone", "telephone number"), ("phone", "telephone number"), ("email", "email address"))


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    for field, called in FIELDS:
        person = world.take(partial(_differs, field=field))
        values = person.values(field)
        yield Task(
            kind="disagreement",
            question=f"Do our tools agree on the {called} of {person.name}? Tell me each value.",
            graders=(_says_all(field, values), cites(person.records), proposes_nothing),
            right=(looks(person.id, "listConflicts"), answer(f"They do not: {' and '.join(values)}.")),
            # One of the values is told as if there were no other.
            wrong=(looks(person.id, "listConflicts"), answer(f"They do: {values[0]}.")),
        )
    person = world.take(lambda each: _differs(each, "email") and each.newest("email"))
    newest = str(person.newest("email"))
    where = next(LABELS[name] for name, value in person.said("email") if value == newest)
    yield Task(
        kind="disagreement",
        question=f"Which email address of {person.name} was written last, and in which tool?",
        graders=(says(newest, where), cites(person.records), proposes_nothing),
        right=(looks(person.id), answer(f"{newest}, in {where}.")),
    )


def _differs(person: Known, field: str) -> bool:
    values = person.values(field)
    if field == "phone":
        return len({"".join(filter(str.isdigit, each))[-9:] for each in values}) > 1
    folded = {each.casefold() for each in values}
    # One that is a part of another would be told along with it.
    return len(folded) > 1 and not any(one != other and one in other for one in folded for other in folded)


def _says_all(field: str, values: list[str]) -> Grader:
    return says_phone(*values) if field == "phone" else says(*values)

"""What is asked of all of it: what is connected, who may be one person, and why records are one."""

from collections.abc import Iterator

from bench.evals.graders import called, cites, proposes_nothing, says, says_number
from bench.evals.task import Task, looks
from bench.evals.world import LABELS, Known, World
from e2e.chatting import calls
from e2e.chatting import says as answer


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    labels = list(LABELS.values())
    yield Task(
        kind="the whole",
        question="Which tools are connected, and are they up to date?",
        graders=(says(*labels), called("listSources"), proposes_nothing),
        right=(answer("", tools=[calls("listSources")]), answer(f"{', '.join(labels)}; all were read today.")),
    )
    yield Task(
        kind="the whole",
        question="How many pairs of contacts wait for somebody to say whether they are one person?",
        graders=(says_number(world.suggestions), called("findDuplicates"), proposes_nothing),
        right=(answer("", tools=[calls("findDuplicates")]), answer(f"There are {world.suggestions}.")),
    )
    person = world.take(_share_an_address)
    shared = _addresses(person)[0]
    yield Task(
        kind="the whole",
        question=f"Why are the records of {person.name} taken for one person? Name the address.",
        graders=(says(shared), called("explainMatch"), cites(person.records), proposes_nothing),
        right=(looks(person.id, "explainMatch"), answer(f"They share {shared}.")),
    )


def _addresses(person: Known) -> list[str]:
    return list({each.casefold() for each in person.values("email")})


def _share_an_address(person: Known) -> bool:
    return len(person.said("email")) > 1 and len(_addresses(person)) == 1

"""How many: counted by the tool that counts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.evals.graders import counted, proposes_nothing, says_number
from bench.evals.task import Task
from bench.evals.world import LABELS, World
from e2e.chatting import calls
from e2e.chatting import says as answer


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    yield _count("How many contacts do we have?", len(world.people))
    for provider, label in LABELS.items():
        known = sum(provider in each.sources for each in world.people)
        yield _count(f"How many of our contacts does {label} know?", known, provider=provider)
    companies = Counter(str(each.newest("company")) for each in world.people if each.newest("company"))
    company, _ = companies.most_common(1)[0]
    word = company.split()[0]
    at = sum(word.casefold() in str(each.newest("company") or "").casefold() for each in world.people)
    yield _count(
        f"How many contacts work at a company with {word} in its name?",
        at,
        conditions=[_rule("company", "contains", word)],
    )
    titles = Counter(str(each.newest("job_title")) for each in world.people if each.newest("job_title"))
    title, held = titles.most_common(1)[0]
    yield _count(
        f"How many contacts have exactly the job title {title}?", held, conditions=[_rule("job_title", "eq", title)]
    )
    numberless = sum(not each.said("phone") for each in world.people)
    yield _count(
        "How many contacts have no telephone number at all?", numberless, conditions=[_rule("has_phone", "eq", False)]
    )
    shared = sum(len(each.records) > 1 for each in world.people)
    yield _count(
        "How many contacts are known by more than one record?", shared, conditions=[_rule("sources", "at_least", 2)]
    )


def _rule(field: str, operator: str, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def _count(question: str, number: int, **given: Any) -> Task:
    return Task(
        kind="counting",
        question=question,
        graders=(says_number(number), counted(number), proposes_nothing),
        right=(answer("", tools=[calls("countContacts", **given)]), answer(f"There are {number:,}.")),
        # Right by luck: nothing was counted.
        wrong=(answer(f"There are {number:,}."),),
    )

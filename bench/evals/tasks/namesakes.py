"""Two people of one name: nobody is taken for the other, and it is asked who is meant."""

from collections.abc import Iterator

from bench.evals.graders import cites, omits, proposes, proposes_nothing, says, says_phone
from bench.evals.task import Task, looks
from bench.evals.world import World
from e2e.chatting import calls
from e2e.chatting import says as answer


def tasks(world: World) -> Iterator[Task]:
    """Make these tasks."""
    one, other = world.namesakes
    companies = [str(each.newest("company")) for each in world.namesakes]
    phones = [str(each.newest("phone")) for each in world.namesakes]
    search = answer("", tools=[calls("searchContacts", query=one.name)])
    ask_back = answer(f"There are two: at {companies[0]} and at {companies[1]}. Who is meant?")
    yield Task(
        kind="namesakes",
        question=f"What is the telephone number of {one.name}?",
        graders=(says(*companies), proposes_nothing),
        right=(search, ask_back),
        wrong=(search, answer(f"It is {phones[0]}.")),
    )
    change = calls("updateContact", contact_id=str(one.id), changes={"job_title": "Head of Buying"})
    yield Task(
        kind="namesakes",
        question=f"Change the job title of {one.name} to Head of Buying.",
        graders=(says(*companies), proposes_nothing),
        right=(search, ask_back),
        wrong=(search, answer("I can.", tools=[change])),
    )
    yield Task(
        kind="namesakes",
        question=f"What is the telephone number of the {other.name} who is at {companies[1]}?",
        graders=(says_phone(phones[1]), omits(phones[0]), cites(other.records), proposes_nothing),
        right=(search, looks(other.id), answer(f"It is {phones[1]}.")),
        wrong=(search, looks(one.id), answer(f"It is {phones[0]}.")),
    )
    note = {"contact_id": str(one.id), "body": "Likes tea"}
    yield Task(
        kind="namesakes",
        question=f"Note about the {one.name} at {companies[0]}: likes tea.",
        graders=(proposes("addNote", **note),),
        right=(search, answer("", tools=[calls("addNote", **note)])),
        wrong=(search, answer("", tools=[calls("addNote", **note | {"contact_id": str(other.id)})])),
    )

"""The evals themselves: their tasks can be done over the whole house, and an answer that is wrong is found to be."""

import pytest
from lead.client import Gateway

from bench.evals.running import run
from bench.evals.task import Answers, Task
from bench.evals.tasks import tasks_of
from bench.evals.world import build
from e2e.chatting import script
from e2e.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

AT_ONCE = 4


async def test_each_task_takes_its_right_answer_and_not_its_wrong_one(house: House, gateway: Gateway) -> None:
    tasks = tasks_of(await build(house, gateway))
    assert len({task.question for task in tasks}) == len(tasks) >= 40

    _answer(house, [(task, task.right) for task in tasks])
    right = await run(house, gateway, tasks, at_once=AT_ONCE)
    assert [(each.question, each.misses, each.told.text) for each in right if not each.is_right] == []

    _answer(house, [(task, task.wrong) for task in tasks])
    wrong = await run(house, gateway, tasks, at_once=AT_ONCE)
    assert [(each.question, each.told) for each in wrong if each.is_right] == []
    assert [each.told.failure for each in wrong if each.told.failure] == []


def _answer(house: House, answers: list[tuple[Task, Answers]]) -> None:
    script(house, *({"when": task.question, "answers": list(given)} for task, given in answers))

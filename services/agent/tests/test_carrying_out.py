"""Carrying out is not shaken by answers that do not come: nothing is told as failed that may have been done."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from agent.carrying_out import carry_out
from agent.settings import Settings
from agent.tools.api import Api
from agent.tools.tool import Plan, Step
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from servicekit.testing import FreshDatabase

PLAN = Plan(title="A note", steps=(Step(says="Note at HubSpot", action={"kind": "add_note"}),))
QUEUED, DONE = {"id": "7", "state": "queued"}, {"id": "7", "state": "succeeded", "can_undo": True}


class Doer:
    """Answers as who carries out actions might: each time the next of these, and the last for ever."""

    def __init__(self, *answers: tuple[int, object]) -> None:
        self._answers: Iterator[tuple[int, object]] = iter(answers)
        self._last = answers[-1]
        self.asked: list[tuple[str, str | None]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.headers.get("Idempotency-Key")))
        status, body = next(self._answers, self._last)
        return web.json_response(body, status=status)


async def done_by(doer: Doer, fresh: FreshDatabase, patience_seconds: float) -> tuple[str, str | None]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", doer.answer)
    async with TestServer(app) as server, ClientSession() as http:
        settings = Settings(**fresh.settings(), sync_worker_url=str(server.make_url("")).rstrip("/"))
        outcome = await carry_out(Api(http, settings, "t"), uuid4(), PLAN, patience_seconds=patience_seconds)
    (step,) = outcome.steps
    return step.state, step.detail


@pytest.mark.parametrize(
    "answers",
    [
        [(202, QUEUED), (503, {}), (500, {"title": "A bug"}), (200, DONE)],
        [(202, QUEUED), (404, {}), (200, DONE)],
        [(503, {}), (502, {}), (202, DONE)],
        [(401, {"title": "Sign in first"}), (202, DONE)],
    ],
)
async def test_it_is_asked_again_under_the_same_key(answers: list[tuple[int, object]], fresh: FreshDatabase) -> None:
    doer = Doer(*answers)

    assert await done_by(doer, fresh, 10) == ("succeeded", "done")
    assert len({key for method, key in doer.asked if method == "POST"}) == 1


@pytest.mark.parametrize("answers", [[(503, {})], [(202, QUEUED)], [(202, QUEUED), (503, {})]])
async def test_what_is_not_heard_in_time_is_waiting(answers: list[tuple[int, object]], fresh: FreshDatabase) -> None:
    assert (await done_by(Doer(*answers), fresh, 1.2))[0] == "waiting"


async def test_a_no_is_a_failure(fresh: FreshDatabase) -> None:
    doer = Doer((409, {"title": "This connection cannot do that"}))

    assert await done_by(doer, fresh, 10) == ("failed", "This connection cannot do that")
    assert len(doer.asked) == 1

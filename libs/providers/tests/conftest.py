import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

sys.path.insert(0, str(Path(__file__).parent))


class Scripted:
    """A server that gives these answers in turn, and keeps what it was asked.

    One that has a status of its own is a pair of both.
    """

    def __init__(self) -> None:
        self.answers: list[object] = []
        self.asked: list[tuple[str, dict[str, str], object]] = []
        self.authorizations: list[str | None] = []
        self.date = "Wed, 18 Mar 2026 10:54:06 GMT"
        self.status = 200
        self.headers: dict[str, str] = {}
        self.content_type = "application/json"
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            body = msgspec.json.decode(await request.read())
        else:
            body = dict(await request.post())
        self.asked.append((request.path, dict(request.query), body))
        self.authorizations.append(request.headers.get("Authorization"))
        answer = self.answers.pop(0)
        status, answer = answer if isinstance(answer, tuple) else (self.status, answer)
        encoded = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
        return web.Response(
            body=encoded,
            status=status,
            content_type=self.content_type,
            headers={"Date": self.date} | self.headers,
        )


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def script() -> AsyncIterator[Scripted]:
    script = Scripted()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.answer)
    async with TestServer(app) as server:
        script.url = str(server.make_url("/"))
        yield script

"""Personal tokens at the door: exchanged for short ones, kept for a moment only, refused when they are not good."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from gateway import personal_tokens
from gateway.settings import Settings
from gateway.upstreams import Upstreams
from litestar import Litestar, Request, get, post
from litestar.response import Response
from servicekit.testing import FreshDatabase, bearer, user_token

WORKSPACE = uuid4()
SHORT = user_token(workspace_id=WORKSPACE, scope="contacts:read")


class Auth:
    """Auth, as far as the door asks it: takes the tokens it knows."""

    def __init__(self) -> None:
        self.known = {"lmp_good": SHORT}
        self.asked: list[str] = []
        self.is_broken = False

    def app(self) -> Litestar:
        @post("/auth/tokens/exchange", status_code=200)
        async def exchange(request: Request[Any, Any, Any]) -> Response[Any]:
            token = request.headers["authorization"].removeprefix("Bearer ")
            self.asked.append(token)
            await asyncio.sleep(0.05)
            if self.is_broken:
                return Response({}, status_code=500)
            short = self.known.get(token)
            return Response({"access_token": short} if short else {}, status_code=200 if short else 401)

        return Litestar([exchange], openapi_config=None)


@get(["/contacts", "/connections"])
async def show_token(request: Request[Any, Any, Any]) -> list[str]:
    return request.headers.getall("authorization")


@pytest.fixture
def auth() -> Auth:
    return Auth()


@asynccontextmanager
async def door_of(gateway: Any, auth: Auth) -> AsyncIterator[ClientSession]:
    async with AsyncExitStack() as stack:
        identity = Litestar([show_token], openapi_config=None)
        yield await stack.enter_async_context(gateway(auth=auth.app(), identity=identity))


async def look(client: ClientSession, token: str, path: str = "/contacts") -> tuple[int, Any]:
    async with client.get(path, headers=bearer(token)) as answer:
        return answer.status, await answer.json()


async def test_services_see_the_short_token_and_auth_is_asked_once_a_moment(gateway: Any, auth: Auth) -> None:
    async with door_of(gateway, auth) as client:
        answers = await asyncio.gather(*(look(client, "lmp_good") for _ in range(8)))

    assert answers == [(200, [f"Bearer {SHORT}"])] * 8
    assert auth.asked == ["lmp_good"]


async def test_a_revoked_token_opens_nothing_after_a_moment(
    gateway: Any, auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1000.0
    monkeypatch.setattr(personal_tokens, "monotonic", lambda: clock)
    async with door_of(gateway, auth) as client:
        assert (await look(client, "lmp_good"))[0] == 200
        auth.known.clear()
        assert (await look(client, "lmp_good"))[0] == 200

        clock += personal_tokens.KEEP_SECONDS

        status, problem = await look(client, "lmp_good")
        assert (status, problem["type"]) == (401, "personal-token-refused")


async def test_wrong_tokens_are_refused_and_what_is_public_stays_so(gateway: Any, auth: Auth) -> None:
    async with door_of(gateway, auth) as client:
        for token in ("lmp_guess", "lmp_" + "x" * 1000):
            assert (await look(client, token))[0] == 401
            assert (await look(client, token, "/events"))[0] == 401
            assert (await look(client, token, "/health/live"))[0] == 200
        async with client.post("/auth/tokens/exchange", headers=bearer("lmp_good")) as answer:
            assert (await answer.json())["access_token"] == SHORT


async def test_while_auth_is_away_nobody_is_told_that_their_token_is_wrong(gateway: Any, auth: Auth) -> None:
    auth.is_broken = True
    async with door_of(gateway, auth) as client:
        assert (await look(client, "lmp_good"))[0] == 503
        auth.is_broken = False
        assert (await look(client, "lmp_good"))[0] == 200


async def test_live_updates_need_the_right_to_read(gateway: Any, auth: Auth) -> None:
    auth.known["lmp_blind"] = user_token(workspace_id=WORKSPACE, scope="contacts:write")
    async with door_of(gateway, auth) as client:
        assert (await look(client, "lmp_blind", "/events"))[0] == 403
        async with client.get("/events", headers=bearer("lmp_good")) as answer:
            assert answer.status == 200
            assert await answer.content.readline() == b"retry: 2000\n"


async def test_no_more_tokens_are_kept_than_there_is_room_for(fresh: FreshDatabase) -> None:
    tokens = personal_tokens.PersonalTokens(Upstreams(Settings(**fresh.settings())), at_most=3)
    asked = [tokens._find_or_ask(f"lmp_{number}") for number in range(9)]

    assert len(tokens._asked) == 3
    await asyncio.gather(*asked, return_exceptions=True)


async def test_who_comes_to_mcp_without_a_token_is_told_what_opens_it(gateway: Any, auth: Auth) -> None:
    async with door_of(gateway, auth) as client:
        for headers in ({}, bearer("lmp_guess"), bearer("nonsense")):
            async with client.post("/mcp", headers=headers) as answer:
                assert answer.status == 401
                (challenge,) = answer.headers.getall("WWW-Authenticate")
        where = challenge.removeprefix('Bearer resource_metadata="').removesuffix('"')
        assert where == "http://localhost:4000/.well-known/oauth-protected-resource/mcp"
        async with client.get("/.well-known/oauth-protected-resource/mcp") as answer:
            told = await answer.json()
    assert told["resource"] == "http://localhost:4000/mcp"
    assert told["scopes_supported"] == ["contacts:read", "contacts:write"]

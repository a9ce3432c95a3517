"""What every service's HTTP edge does, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
import pytest
from aiohttp import ClientSession
from contracts.golden_records import GoldenRecordGone
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from servicekit.app import service_app
from servicekit.consumer import Subscription, on
from servicekit.errors import NotFound, RetryLater
from servicekit.outbox import publish
from servicekit.principal import PERSON, READ, WRITE, Principal, services_only
from servicekit.settings import ServiceSettings
from servicekit.testing import FreshDatabase, TestKeys, bearer, served, service_token, sign, user_token
from servicekit.workers import running
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class ThingNotFound(NotFound):
    slug = "thing-not-found"
    title = "No such thing"


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    count: int = 1


@get("/things/{number:int}")
async def get_thing(
    number: FromPath[int],
    flavour: FromQuery[str | None] = None,
    shade: Annotated[str | None, QueryParameter(name="data")] = None,
) -> dict[str, int]:
    if number == 0:
        raise ThingNotFound("thing 0 is not here")
    if number == 1:
        raise RetryLater("the kettle is cold", after=timedelta(seconds=7))
    if number == 2:
        raise ArithmeticError("ada@example.com")
    return {"number": number}


@post("/things")
async def make_thing(data: JSONBody[Thing], conn: NamedDependency[AsyncConnection]) -> dict[str, str]:
    seen = await conn.execute(
        text("SELECT current_setting('app.workspaces'), CAST(:name AS text)"), {"name": data.name}
    )
    return {"workspaces": seen.one()[0]}


async def _forever() -> AsyncIterator[bytes]:
    yield b"first"
    await asyncio.Event().wait()


@get("/stream", media_type="text/event-stream", opt={"public": True})
async def stream() -> Stream:
    return Stream(_forever())


@get("/me")
async def me(principal: NamedDependency[Principal]) -> dict[str, str]:
    return {"workspace": str(principal.workspace_id)}


@get("/inside", opt={"services": True}, guards=[services_only("sync-worker")])
async def inside(principal: NamedDependency[Principal]) -> dict[str, str]:
    return {"service": str(principal.service)}


@post("/looks", status_code=200, opt={"scope": READ})
async def look(principal: NamedDependency[Principal]) -> dict[str, str]:
    return {"workspace": str(principal.workspace_id)}


@post("/words", status_code=200, opt={"scope": PERSON})
async def word(principal: NamedDependency[Principal]) -> dict[str, str]:
    return {"workspace": str(principal.workspace_id)}


@pytest.fixture
async def client(fresh: FreshDatabase) -> AsyncIterator[ClientSession]:
    app = service_app(
        name="identity",
        settings=ServiceSettings(**fresh.settings(max_body_bytes=2_000)),
        routes=[get_thing, make_thing, me, look, word, inside, stream],
        db=fresh.database("identity"),
        keys=TestKeys(),
        migrated=False,
    )
    async with served(app) as client:
        yield client


@pytest.mark.parametrize("path", ["/things/5", "/things/0", "/me", "/nowhere", "/health/live"])
async def test_head_is_answered_as_get_is_without_the_body(client: ClientSession, path: str) -> None:
    said = []
    for method in ("GET", "HEAD"):
        async with client.request(method, path, headers=SIGNED_IN) as answer:
            length = answer.headers["Content-Length"]
            said.append((answer.status, answer.content_type, length, bool(await answer.read())))

    assert [each[:3] for each in said] == [said[0][:3]] * 2
    assert [each[3] for each in said] == [True, False]


async def test_head_asks_who_is_there_and_goes_nowhere_that_get_does_not(client: ClientSession) -> None:
    for path, headers, status in (("/me", {}, 401), ("/things", SIGNED_IN, 405)):
        async with client.head(path, headers=headers) as answer:
            assert answer.status == status


async def test_head_of_what_never_ends_ends(client: ClientSession) -> None:
    async with asyncio.timeout(5), client.head("/stream") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "text/event-stream", b"")


WORKSPACE = UUID("11111111-1111-4111-8111-111111111111")
SIGNED_IN = bearer(user_token(workspace_id=WORKSPACE))


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/things/0", 404, "thing-not-found"),
        ("/things/1", 503, "retry-later"),
        ("/things/2", 500, "internal"),
        ("/things/x", 404, "not-found"),
        ("/things/5?colour=red", 400, "bad-request"),
        ("/things/5?shade=dark", 400, "bad-request"),
        ("/things/0?data=dark", 404, "thing-not-found"),
        ("/things/5?flavour=%00", 400, "bad-request"),
        ("/nowhere", 404, "not-found"),
    ],
)
async def test_every_failure_is_a_problem(client: ClientSession, path: str, status: int, slug: str) -> None:
    async with client.get(path, headers=SIGNED_IN) as answer:
        problem = await answer.json(content_type="application/problem+json")

    assert (answer.status, problem["type"], problem["status"]) == (status, slug, status)
    assert "ada@example.com" not in str(problem)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"name": 1}', 400),
        (b'{"name": "a", "surprise": true}', 400),
        (b'{"name": "\xff\xfe"}', 400),
        (b'{"name": "a\\u0000b"}', 400),
        (b'{"name": "' + b"a" * 3_000 + b'"}', 413),
        (b"", 400),
    ],
)
async def test_bad_bodies_are_refused(client: ClientSession, body: bytes, status: int) -> None:
    headers = SIGNED_IN | {"Content-Type": "application/json"}
    async with client.post("/things", data=body, headers=headers) as answer:
        problem = await answer.json(content_type="application/problem+json")

    assert (answer.status, problem["status"]) == (status, status)


async def test_a_request_sees_its_own_workspace(client: ClientSession) -> None:
    async with client.post("/things", json={"name": "kettle"}, headers=SIGNED_IN) as answer:
        assert (await answer.json())["workspaces"] == f"{{{WORKSPACE}}}"
    async with client.get("/me", headers=SIGNED_IN) as answer:
        assert (await answer.json())["workspace"] == str(WORKSPACE)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x.y.z",
        sign({"sub": str(uuid4()), "aud": "elsewhere", "email": "a@b.c", "workspace": str(WORKSPACE), "role": "owner"}),
        sign({"sub": str(uuid4()), "aud": "lead-manager"}),
        sign({"sub": "service:sync-worker", "aud": "lead-manager"}),
        sign({"sub": str(uuid4()), "aud": "lead-manager", "iss": "mallory"}),
        sign({"sub": "nobody", "aud": "lead-manager", "email": "", "workspace": "x", "role": ""}),
        sign({"sub": str(uuid4()), "aud": "lead-manager"}, lives=timedelta(minutes=-5)),
        service_token("sync-worker", audience="connections"),
    ],
)
async def test_tokens_that_do_not_fit_are_refused(client: ClientSession, token: str) -> None:
    async with client.get("/me", headers=bearer(token)) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_people_and_services_do_not_get_into_each_others_rooms(client: ClientSession) -> None:
    service = bearer(service_token("sync-worker", audience="identity"))
    stranger = bearer(service_token("gateway", audience="identity"))

    async def status(path: str, headers: dict[str, str]) -> int:
        async with client.get(path, headers=headers) as answer:
            return answer.status

    assert await status("/inside", service) == 200
    assert await status("/inside", stranger) == 403
    assert await status("/inside", SIGNED_IN) == 403
    assert await status("/me", service) == 403


@pytest.mark.parametrize(
    ("scope", "statuses"),
    [
        (READ, (200, 403, 200, 403)),
        (f"{READ} {WRITE}", (200, 201, 200, 403)),
        ("person", (403, 403, 403, 403)),
        ("", (403, 403, 403, 403)),
        (None, (200, 201, 200, 200)),
    ],
)
async def test_a_personal_token_does_what_it_was_made_for(
    client: ClientSession, scope: str | None, statuses: tuple[int, int, int, int]
) -> None:
    headers = bearer(user_token(workspace_id=uuid4(), scope=scope))

    answered = []
    for method, path in (("GET", "/me"), ("POST", "/things"), ("POST", "/looks"), ("POST", "/words")):
        body = {"name": "a"} if method == "POST" and path == "/things" else None
        async with client.request(method, path, headers=headers, json=body) as answer:
            answered.append(answer.status)

    assert tuple(answered) == statuses


async def test_health_metrics_and_request_ids_need_no_token(client: ClientSession) -> None:
    async with client.get("/health/live", headers={"x-request-id": "abc-1"}) as answer:
        assert (answer.status, answer.headers["x-request-id"]) == (200, "abc-1")
    async with client.get("/health/ready", headers={"x-request-id": "not an id"}) as answer:
        assert (await answer.json())["database"] == "ok"
        assert answer.headers["x-request-id"] != "not an id"
    async with client.get("/metrics") as answer:
        assert "http_request_seconds" in await answer.text()


async def test_a_projection_hears_for_itself_what_the_service_has_heard(fresh: FreshDatabase) -> None:
    db, heard = fresh.database("identity"), asyncio.Queue[str]()

    def hearing(who: str) -> list[Subscription]:
        async def hear(conn: AsyncConnection, events: Sequence[GoldenRecordGone]) -> None:
            heard.put_nowait(who)

        return [on(GoldenRecordGone, hear)]

    app = service_app(
        name="identity",
        settings=ServiceSettings(**fresh.settings()),
        routes=[],
        db=db,
        subscriptions=hearing("service"),
        projections={"shadow": hearing("shadow")},
        keys=TestKeys(),
        migrated=False,
    )
    async with db.transaction() as conn:
        publish(conn, [GoldenRecordGone(workspace_id=WORKSPACE, golden_id=uuid4())])
    async with served(app) as client, asyncio.timeout(30):
        assert {await heard.get(), await heard.get()} == {"service", "shadow"}
        async with client.get("/metrics") as answer:
            assert 'consumer="identity_shadow"' in await answer.text()


@get("/words/{many:int}", media_type="text/plain", opt={"public": True})
async def words(many: FromPath[int]) -> str:
    return "word " * many


async def _some_words() -> AsyncIterator[bytes]:
    for _ in range(300):
        yield b"word " * 10


@get("/flow", media_type="text/csv", opt={"public": True})
async def flow() -> Stream:
    return Stream(_some_words())


@pytest.mark.parametrize(
    ("path", "taken", "encoding"),
    [
        ("/words/1000", "gzip, br", "gzip"),
        ("/words/1000", "identity", None),
        ("/words/10", "gzip", None),
        ("/flow", "gzip", "gzip"),
    ],
)
async def test_long_answers_are_compressed_for_who_takes_them_so(
    fresh: FreshDatabase, path: str, taken: str, encoding: str | None
) -> None:
    settings = ServiceSettings(**fresh.settings())
    app = service_app(name="identity", settings=settings, routes=[words, flow], keys=TestKeys(), compressed=True)
    async with served(app) as client:
        for method in ("GET", "HEAD"):
            async with client.request(method, path, headers={"Accept-Encoding": taken}) as answer:
                assert answer.status == 200
                assert answer.headers.get("Content-Encoding") == encoding
                body = await answer.text()
            assert body.strip("word ") == ""
            assert method == "HEAD" or len(body) == {"/words/10": 50, "/words/1000": 5_000, "/flow": 15_000}[path]


async def test_a_worker_that_fails_is_started_again() -> None:
    tries: list[int] = []
    twice = asyncio.Event()

    async def fails_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ArithmeticError
        twice.set()

    async with running({"fails-once": fails_once}):
        await asyncio.wait_for(twice.wait(), 5)

    assert len(tries) == 2


async def test_a_service_describes_its_routes_without_a_token(client: ClientSession) -> None:
    async with client.get("/schema/openapi.json") as answer:
        document = msgspec.json.decode(await answer.read())

    assert answer.status == 200
    assert "/things" in document["paths"]
    assert not any(path.startswith("/schema") for path in document["paths"])


async def test_who_is_not_signed_in_gets_a_problem_with_a_request_id(client: ClientSession) -> None:
    async with client.get("/me", headers={"X-Request-Id": "mine"}) as answer:
        problem = msgspec.json.decode(await answer.read())

    assert (answer.status, problem["type"]) == (401, "unauthorized")
    assert answer.headers["X-Request-Id"] == "mine"
    async with client.get("/metrics") as metrics:
        assert 'route="/me",status="401"' in await metrics.text()

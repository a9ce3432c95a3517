"""Who comes in, how often, and what every answer carries."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession
from litestar.types import Receive, Scope, Send
from servicekit.principal import AUDIENCE
from servicekit.testing import bearer, service_token, sign, user_token

SIGNED_IN = bearer(user_token(workspace_id=uuid4()))


async def say_ok(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok", "more_body": False})


async def status_of(client: ClientSession, path: str, headers: dict[str, str] = SIGNED_IN, method: str = "GET") -> int:
    async with client.request(method, path, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 200 or answer.content_type == "application/problem+json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        return answer.status


PERSON = {"sub": str(uuid4()), "email": "ada@example.com", "workspace": str(uuid4()), "role": "owner"}


TOKENS = [
    (None, 401),
    ("", 401),
    ("nonsense", 401),
    (sign(PERSON | {"aud": AUDIENCE}), 200),
    (sign(PERSON | {"aud": AUDIENCE}, lives=timedelta(minutes=-5)), 401),
    (sign(PERSON | {"aud": "elsewhere"}), 401),
    (sign(PERSON | {"aud": AUDIENCE})[:-4] + "AAAA", 401),
    (sign({"sub": str(uuid4()), "aud": AUDIENCE}), 401),
    (service_token("sync-worker", audience="connections"), 401),
    (service_token("sync-worker", audience="gateway"), 403),
]


async def test_only_people_who_are_signed_in_come_through(gateway: Any) -> None:
    async with gateway(connections=say_ok) as client:
        for token, status in TOKENS:
            headers = {} if token is None else bearer(token)
            assert await status_of(client, "/connections", headers) == status, token
            assert await status_of(client, "/connections/hubspot/callback", headers) == 200
            assert await status_of(client, "/webhooks/hubspot", headers, "POST") == 200


async def test_what_is_inside_is_not_here(gateway: Any) -> None:
    inside = ["/metrics", "/schema", "/schema/openapi.json", "/schema/x", "/internal/x", "/auth/token", "/nowhere"]
    async with gateway(auth=say_ok, connections=say_ok, identity=say_ok) as client:
        for path in inside:
            assert await status_of(client, path) == 404, path
            assert await status_of(client, path, method="POST") in {404, 405}, path


async def test_a_scraper_with_its_token_reads_the_metrics(gateway: Any) -> None:
    async with gateway(metrics_token="scraper") as client:
        assert await status_of(client, "/metrics", bearer("guess")) == 401
        async with client.get("/metrics", headers=bearer("scraper")) as answer:
            assert "http_request_seconds" in await answer.text()


# What a client may send that no library of ours would: the bytes, and the status they deserve.
BAD_INPUT = {
    "dot segments": (b"GET /contacts/../auth/token HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "encoded dot segments": (b"GET /contacts/%2e%2e/auth HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "an encoded slash": (b"GET /contacts%2Fx HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a doubled slash": (b"GET /auth//token HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a NUL": (b"GET /contacts/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "bytes that are no UTF-8": (b"GET /contacts/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "an absolute address": (b"GET http://elsewhere.example/nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "a header that is no UTF-8": (
        b"POST /auth/login HTTP/1.1\r\nHost: x\r\nX-A: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
        400,
    ),
    "two lengths": (b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "no length": (b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", 400),
    "no method": (b"FROB /auth/login HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "both lengths": (
        b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "no HTTP": (b"hello\r\n\r\n", 400),
}


async def test_bad_input_is_refused_and_harms_nobody(gateway: Any) -> None:
    async with gateway(auth=say_ok, identity=say_ok) as client:
        for what, (sent, status) in BAD_INPUT.items():
            reader, writer = await asyncio.open_connection(client._base_url.host, client._base_url.port)
            writer.write(sent)
            async with asyncio.timeout(5):
                line = await reader.readline()
            writer.close()

            assert int(line.split()[1]) == status, what
            assert await status_of(client, "/contacts") == 200


async def test_too_many_requests_of_a_person_wait(gateway: Any) -> None:
    other = bearer(user_token(workspace_id=uuid4()))
    async with gateway(identity=say_ok, rate_per_minute=3) as client:
        statuses = [await status_of(client, "/contacts") for _ in range(4)]
        async with client.get("/contacts", headers=SIGNED_IN) as answer:
            wait = int(answer.headers["Retry-After"])

        assert statuses == [200, 200, 200, 429]
        assert 0 < wait <= 20
        assert await status_of(client, "/contacts", other) == 200
        assert await status_of(client, "/events") == 429


async def test_too_many_tries_to_sign_in_wait_and_nothing_else_does(gateway: Any) -> None:
    async with gateway(auth=say_ok, identity=say_ok, sign_in_rate_per_minute=2) as client:
        tries = ["/auth/login", "/auth/register", "/auth/login"]
        assert [await status_of(client, path, {}, "POST") for path in tries] == [200, 200, 429]
        assert await status_of(client, "/auth/login/", {}, "POST") == 429
        assert await status_of(client, "/contacts") == 200


async def test_too_many_requests_of_an_address_wait_but_webhooks_do_not_count(gateway: Any) -> None:
    async with gateway(connections=say_ok, address_rate_per_minute=2) as client:
        assert [await status_of(client, "/webhooks/hubspot", {}, "POST") for _ in range(4)] == [200] * 4
        assert [await status_of(client, "/nowhere") for _ in range(3)] == [404, 404, 429]


async def test_who_sends_deliveries_that_nobody_believes_waits_and_who_sends_genuine_ones_never_does(
    gateway: Any,
) -> None:
    believed = asyncio.Event()
    reached = 0

    async def connections(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal reached
        reached += 1
        status = 204 if believed.is_set() else 401
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"application/problem+json")],
            }
        )
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def status(path: str = "/webhooks/hubspot") -> int:
        async with client.post(path, data=b"{}") as answer:
            if answer.status == 429:
                assert 0 < int(answer.headers["Retry-After"]) <= 30
            return answer.status

    async with gateway(
        connections=connections, refused_delivery_rate_per_minute=2, address_rate_per_minute=1
    ) as client:
        believed.set()
        assert [await status() for _ in range(5)] == [204] * 5
        believed.clear()
        assert [await status() for _ in range(2)] == [401] * 2
        assert [await status(path) for path in ("/webhooks/zendesk/7", "/%77ebhooks/hubspot")] == [429] * 2
        assert reached == 7


async def test_a_configured_origin_may_call_with_credentials_and_no_other(gateway: Any) -> None:
    page = "https://app.example.com"
    asking = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type"}
    async with gateway(identity=say_ok, cors_origins=f"{page}, http://localhost:5173") as client:
        async with client.options("/contacts/1", headers={"Origin": page} | asking) as preflight:
            allowed = preflight.headers
        async with client.get("/contacts", headers=SIGNED_IN | {"Origin": page}) as answer:
            exposed = answer.headers
        async with client.get("/contacts", headers={"Origin": page}) as refused:
            assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (401, page)
        for stranger in ("https://app.example.com.evil.example", "http://app.example.com", "null"):
            async with client.options("/contacts/1", headers={"Origin": stranger} | asking) as preflight:
                assert (preflight.status, preflight.headers.get("Access-Control-Allow-Origin")) == (400, None)
            async with client.get("/contacts", headers=SIGNED_IN | {"Origin": stranger}) as answer:
                assert "Access-Control-Allow-Origin" not in answer.headers

    assert allowed["Access-Control-Allow-Origin"] == exposed["Access-Control-Allow-Origin"] == page
    assert allowed["Access-Control-Allow-Credentials"] == exposed["Access-Control-Allow-Credentials"] == "true"
    assert "PATCH" in allowed["Access-Control-Allow-Methods"]
    assert "x-request-id" in exposed["Access-Control-Expose-Headers"].lower()


async def test_no_origin_may_call_unless_configured(gateway: Any) -> None:
    async with (
        gateway(identity=say_ok) as client,
        client.get("/contacts", headers=SIGNED_IN | {"Origin": "https://app.example.com"}) as answer,
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_every_answer_carries_the_security_headers(gateway: Any) -> None:
    async with gateway(identity=say_ok) as client:
        for path in ["/", "/docs", "/health", "/contacts", "/nowhere", "/connections"]:
            async with client.get(path, headers=SIGNED_IN) as answer:
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                assert len(answer.headers.getall("X-Request-Id")) == 1


async def test_a_wrong_method_is_a_problem(gateway: Any) -> None:
    async with gateway() as client:
        assert await status_of(client, "/health", method="DELETE") == 405

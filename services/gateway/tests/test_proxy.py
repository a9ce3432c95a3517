"""Requests and answers pass as streams, whole and unchanged."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiohttp import ClientError, ClientSession
from litestar.types import Receive, Scope, Send
from servicekit.testing import bearer, user_token

SIGNED_IN = bearer(user_token(workspace_id=uuid4()))
EVENT_STREAM = [(b"content-type", b"text/event-stream")]


async def respond(send: Send, body: bytes = b"", *, status: int = 200, headers: Any = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message: Any = await receive()
        body, more = body + message["body"], message["more_body"]
    seen = {
        "method": scope["method"],
        "path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "body": body.decode(),
    }
    await respond(send, msgspec.json.encode(seen), headers=[(b"content-type", b"application/json")])


@asynccontextmanager
async def raw_service(answer: bytes) -> AsyncIterator[str]:
    """A server that answers these bytes to whatever it is asked, and hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_request_arrives_as_it_was_sent(gateway: Any) -> None:
    path = "/contacts/a%20b?q=%C3%A4%26&q=2"
    async with (
        gateway(identity=echo) as client,
        client.patch(path, data=b"{}", headers=SIGNED_IN | {"Content-Type": "text/x"}) as answer,
    ):
        seen = await answer.json()

    headers = dict(seen["headers"])
    assert (seen["method"], f"{seen['path']}?{seen['query']}", seen["body"]) == ("PATCH", path, "{}")
    assert headers["content-type"] == "text/x"
    assert headers["content-length"] == "2"
    assert headers["authorization"] == SIGNED_IN["Authorization"]
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert headers["x-forwarded-host"].startswith("127.0.0.1:")


async def test_who_a_request_comes_from_is_believed_only_of_trusted_proxies(gateway: Any) -> None:
    claim = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}

    async def seen_by_service(client: ClientSession) -> list[str]:
        async with client.post("/auth/login", headers=claim) as answer:
            headers = dict((await answer.json())["headers"])
        return [headers["x-forwarded-for"], headers["x-forwarded-proto"]]

    async with gateway(auth=echo) as client:
        assert await seen_by_service(client) == ["127.0.0.1", "http"]
    async with gateway(auth=echo, forwarded_allow_ips="127.0.0.1") as client:
        assert await seen_by_service(client) == ["192.0.2.7", "https"]


async def test_an_answer_arrives_while_it_is_being_made(gateway: Any) -> None:
    go_on = asyncio.Event()

    async def slowly(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"last", "more_body": False})

    async with gateway(identity=slowly) as client, client.get("/contacts", headers=SIGNED_IN) as answer:
        first = await answer.content.readany()
        go_on.set()
        rest = await answer.read()

    assert (first, rest) == (b"first", b"last")


async def test_a_body_arrives_while_it_is_being_sent(gateway: Any) -> None:
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message: Any = await receive()
            more = message["more_body"]
            arrived.put_nowait(message["body"])
        await respond(send)

    async def body() -> AsyncIterator[bytes]:
        for part in (b"one", b"two"):
            yield part
            assert await arrived.get() == part

    async with (
        gateway(identity=listen) as client,
        client.post("/contacts/merge", data=body(), headers=SIGNED_IN) as answer,
    ):
        assert answer.status == 200


async def test_two_cookies_a_redirect_and_a_compressed_body_pass_as_they_are(gateway: Any) -> None:
    packed = gzip.compress(b"hello")
    headers = [
        *((b"set-cookie", b"a=1; HttpOnly"), (b"set-cookie", b"b=2"), (b"location", b"https://elsewhere.example/x")),
        *((b"content-encoding", b"gzip"), (b"connection", b"x-inner"), (b"x-inner", b"1")),
    ]

    async def answer_oddly(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, packed, status=302, headers=headers)

    async with (
        gateway(connections=answer_oddly) as client,
        ClientSession(client._base_url, auto_decompress=False) as plain,
        plain.get("/connections/hubspot/callback?code=1", allow_redirects=False) as answer,
    ):
        body = await answer.read()

    assert (answer.status, answer.headers["Location"], body) == (302, "https://elsewhere.example/x", packed)
    assert answer.headers.getall("Set-Cookie") == ["a=1; HttpOnly", "b=2"]
    assert "X-Inner" not in answer.headers
    assert len(answer.headers.getall("Date")) == len(answer.headers.getall("X-Request-Id")) == 1


async def test_no_cookie_of_one_person_reaches_another(gateway: Any, stand_in_address: Any) -> None:
    cookies_seen: list[bytes | None] = []

    async def set_cookie(scope: Scope, receive: Receive, send: Send) -> None:
        cookies_seen.append(dict(scope["headers"]).get(b"cookie"))
        await respond(send, headers=[(b"set-cookie", b"refresh=ada; Path=/")])

    async with (
        stand_in_address(set_cookie) as address,
        # By name: jars keep no cookies of bare addresses, and would prove nothing here.
        gateway(auth_url=address.replace("127.0.0.1", "localhost")) as client,
    ):
        for _ in range(2):
            async with client.post("/auth/login"):
                pass

    assert cookies_seen == [None, None]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_answers_without_a_body_end(gateway: Any, method: str, status: int) -> None:
    async def answer_nothing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"etag", b'"1"')]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async with gateway(identity=answer_nothing) as client:
        for _ in range(2):  # the second tells that the connection was left in order
            async with client.request(method, "/contacts", headers=SIGNED_IN) as answer:
                assert (answer.status, await answer.read(), answer.headers["ETag"]) == (status, b"", '"1"')


async def test_a_request_id_goes_through_and_comes_back(gateway: Any) -> None:
    async with gateway(identity=echo) as client:
        async with client.get("/contacts", headers=SIGNED_IN | {"X-Request-Id": "mine-1"}) as answer:
            seen = dict((await answer.json())["headers"])
        async with client.get("/contacts", headers=SIGNED_IN | {"X-Request-Id": "no good\t"}) as made:
            made_seen = dict((await made.json())["headers"])

    assert seen["x-request-id"] == answer.headers["X-Request-Id"] == "mine-1"
    assert made_seen["x-request-id"] == made.headers["X-Request-Id"] != "no good"
    assert "traceparent" not in seen or seen["traceparent"] != made_seen["traceparent"]


@pytest.mark.parametrize("sending", [False, True])
async def test_when_the_client_leaves_the_service_hears_of_it(gateway: Any, sending: bool) -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    async def endless() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.Event().wait()

    async with gateway(identity=work) as client:
        body = endless() if sending else None
        request = asyncio.ensure_future(client.post("/contacts/merge", data=body, headers=SIGNED_IN))
        await asked.wait()
        request.cancel()
        async with asyncio.timeout(5):
            await left.wait()


async def test_when_the_client_leaves_a_stream_the_service_hears_of_it(gateway: Any) -> None:
    left = asyncio.Event()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    async with gateway(identity=stream) as client:
        async with client.get("/contacts", headers=SIGNED_IN) as answer:
            assert await answer.content.readany() == b"data: 1\n\n"
        async with asyncio.timeout(5):
            await left.wait()


async def test_streams_of_services_end_when_the_gateway_stops(gateway: Any) -> None:
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    outside = None
    try:
        async with gateway(identity=stream) as client:
            outside = ClientSession(client._base_url)
            answer = await outside.get("/contacts", headers=SIGNED_IN)
            await answer.content.readany()
            stopping_at = time.monotonic()
            ended = asyncio.ensure_future(answer.read())
        assert await ended == b""
        assert time.monotonic() - stopping_at < 1
    finally:
        if outside:
            await outside.close()


async def test_a_service_that_is_away_is_named(gateway: Any) -> None:
    async with gateway() as client:
        for path, name in [("/contacts", "identity"), ("/syncs/1", "sync-worker"), ("/connections", "connections")]:
            async with client.get(path, headers=SIGNED_IN) as answer:
                problem = msgspec.json.decode(await answer.read())
            assert answer.status == 502
            assert answer.content_type == "application/problem+json"
            assert (problem["type"], problem["service"]) == ("service-away", name)


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
async def test_a_service_that_answers_nonsense_is_away(gateway: Any, said: bytes) -> None:
    async with (
        raw_service(said) as address,
        gateway(identity_url=address) as client,
        client.get("/contacts", headers=SIGNED_IN) as answer,
    ):
        assert (answer.status, (await answer.json(content_type=None))["type"]) == (502, "service-away")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf",
    ],
)
async def test_half_an_answer_is_seen_to_be_half(gateway: Any, said: bytes) -> None:
    async with (
        raw_service(said) as address,
        gateway(identity_url=address) as client,
        client.get("/contacts", headers=SIGNED_IN) as answer,
    ):
        with pytest.raises(ClientError):
            await answer.read()


async def test_a_service_that_is_silent_is_named(gateway: Any) -> None:
    async def say_nothing(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async with (
        gateway(identity=say_nothing, answer_seconds=0.1) as client,
        client.get("/contacts", headers=SIGNED_IN) as answer,
    ):
        problem = await answer.json(content_type=None)

    assert (answer.status, problem["type"], problem["service"]) == (504, "service-silent", "identity")


async def test_a_body_that_is_too_long_is_refused(gateway: Any) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100

    async with gateway(identity=echo, max_body_bytes=2_000) as client:
        for body, status in [(b"x" * 2_000, 200), (b"x" * 2_001, 413), (parts(), 413)]:
            async with client.post("/contacts/merge", data=body, headers=SIGNED_IN) as answer:
                assert answer.status == status
            assert status == 200 or answer.content_type == "application/problem+json"


async def test_where_files_are_handed_over_another_limit_holds(gateway: Any) -> None:
    async def parts(length: int) -> AsyncIterator[bytes]:
        for _ in range(length // 500):
            yield b"x" * 500

    async with gateway(sync_worker=echo, max_body_bytes=1_000, max_upload_bytes=4_000) as client:
        for path in ("/connections/csv", "/connections/csv/preview"):
            for body, status in [(b"x" * 4_000, 200), (b"x" * 4_001, 413), (parts(4_000), 200), (parts(4_500), 413)]:
                async with client.post(path, data=body, headers=SIGNED_IN) as answer:
                    assert answer.status == status
        async with client.post("/syncs/1", data=b"x" * 1_001, headers=SIGNED_IN) as answer:
            assert answer.status == 413


async def test_a_delivery_is_as_long_as_providers_send_them_and_no_longer(gateway: Any) -> None:
    async with gateway(connections=echo, max_delivery_bytes=1_000) as client:
        for length, status in ((1_000, 200), (1_001, 413)):
            async with client.post("/webhooks/hubspot", data=b"x" * length) as answer:
                assert answer.status == status


async def test_a_body_that_stops_coming_is_given_up(gateway: Any) -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.Event().wait()

    async with (
        gateway(identity=echo, upload_idle_seconds=0.1) as client,
        client.post("/contacts/merge", data=stuck(), headers=SIGNED_IN) as answer,
    ):
        assert (answer.status, (await answer.json(content_type=None))["type"]) == (408, "body-too-slow")

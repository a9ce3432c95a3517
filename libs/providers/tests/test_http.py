"""Answers a provider should never give, over real sockets."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from aiohttp import ClientSession
from providers.http import MAX_ANSWER_BYTES, Answer, ask, open_session
from providers.source import ProviderUnavailable

Asking = Callable[[bytes], Awaitable[Answer]]


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    """Ask a server that answers with these very bytes, however often it is asked, and hangs up."""
    answers: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers[-1])
        await writer.drain()
        writer.close()

    async def ask_for(answer: bytes) -> Answer:
        answers.append(answer)
        return await ask(http, "GET", f"http://127.0.0.1:{port}/", provider="Acme")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, ClientSession() as http:
        yield ask_for


def http_answer(body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def test_a_good_answer_is_read(asking):
    answer = await asking(http_answer(b'["Ada"]', "Date: Wed, 18 Mar 2026 10:54:06 GMT"))

    assert answer.ok
    assert answer.read(list[str]) == ["Ada"]
    assert answer.clock is not None
    assert answer.clock.isoformat() == "2026-03-18T10:54:06+00:00"


async def test_a_refusal_is_left_to_the_provider(asking):
    answer = await asking(http_answer(b"gone", status="410 Gone", kind="text/plain"))

    assert (answer.ok, answer.status, answer.body) == (False, 410, b"gone")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "could not be reached"),
        (b"nonsense\r\n\r\n", "could not be reached"),
        (http_answer(b'{"half": ')[:-3], "could not be reached"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n", "could not be reached"),
        (http_answer(b"not gzip", "Content-Encoding: gzip"), "could not be reached"),
        (http_answer(b"", "Location: http://169.254.169.254/", status="302 Found"), "a redirect (302)"),
        (http_answer(b"<html>", status="502 Bad Gateway", kind="text/html"), "trouble of its own (502)"),
        (http_answer(b"{}", status="520 What"), "trouble of its own (520)"),
    ],
    ids=["nothing", "nonsense", "cut", "cut chunk", "bad gzip", "redirect", "bad gateway", "520"],
)
async def test_an_answer_that_is_none_says_so(asking, given, said):
    with pytest.raises(ProviderUnavailable) as raised:
        await asking(given)

    assert said in str(raised.value)


class Envelope(msgspec.Struct):
    """What surrounds a page."""


@pytest.mark.parametrize(
    "given",
    [
        http_answer(b"<html>", kind="text/html"),
        http_answer(b"[]", kind=""),
        http_answer(b"<html>"),
        http_answer(b""),
        http_answer(b'["Ad'),
        http_answer(b'["\xff"]'),
        http_answer(b"[5]"),
        http_answer(b"[" * 100_000),
    ],
)
async def test_a_body_of_something_else_is_not_read(asking, given):
    answer = await asking(given)

    with pytest.raises(ProviderUnavailable):
        answer.read(list[str])
    with pytest.raises(ProviderUnavailable):
        answer.read_page(Envelope, "results")


async def test_an_endless_body_is_given_up(asking):
    squeezed = gzip.compress(b"[" + b" " * MAX_ANSWER_BYTES + b"]")

    with pytest.raises(ProviderUnavailable, match="more than 50 MB"):
        await asking(http_answer(squeezed, "Content-Encoding: gzip"))


async def test_trouble_says_when_to_come_back(asking):
    with pytest.raises(ProviderUnavailable) as raised:
        await asking(http_answer(b"", "Retry-After: 90", status="503 Away"))

    assert raised.value.after_seconds == 90


async def test_nobody_there_is_unavailable():
    async with ClientSession() as http:
        with pytest.raises(ProviderUnavailable):
            await ask(http, "GET", "http://127.0.0.1:1/", provider="Acme")


async def test_one_accounts_cookies_are_not_sent_along_for_another() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(http_answer(b"{}", "Set-Cookie: account=one"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_session() as http:
        for _ in range(2):
            await ask(http, "GET", f"http://127.0.0.1:{port}/", provider="Acme")

    assert len(seen) == 2
    assert not any(b"account=one" in request for request in seen)


async def test_a_proxy_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(http_answer(b"{}"))
        await writer.drain()
        writer.close()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    async with proxy, open_session() as http:
        await ask(http, "GET", "http://provider.example/persons", provider="Acme")

    assert asked == [b"GET http://provider.example/persons HTTP/1.1\r\n"]

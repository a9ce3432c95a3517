"""Requests and answers pass as streams, whole and unchanged."""

import asyncio
import gzip
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from litestar.types import Receive, Scope, Send
from servicekit.testing import bearer, user_token

SIGNED_IN = bearer(user_token(workspace_id=uuid4()))


async def respond(send: Send, body: bytes = b"", *, status: int = 200, headers: Any = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message: Any = await receive()
        body, more = body + message["body"], message["more_body"]
    return body


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await read(receive)
    seen = {
        "method": scope["method"],
        "path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "body": body.decode(),
    }
    await respond(send, msgspec.json.encode(seen), headers=[(b"content-type", b"application/json")])


async def test_a_request_arrives_as_it_was_sent(gateway: Any) -> None:
    async with gateway(identity=echo) as client:
        path = "/contacts/a%20b?q=%C3%A4%26&q=2"
        async with client.patch(path, data=b"{}", headers=SIGNED_IN | {"Content-Type": "text/x"}) as answer:
            seen = await answer.json()

    headers = {name: value for name, value in seen["headers"]}
    assert (seen["method"], f"{seen['path']}?{seen['query']}", seen["body"]) == ("PATCH", path, "{}")
    assert headers["content-type"] == "text/x"
    assert headers["content-length"] == "2"
    assert headers["authorization"] == SIGNED_IN["Authorization"]
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-host"].startswith("127.0.0.1:")

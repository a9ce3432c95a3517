"""Answers gone wrong on purpose: what a provider, or the network before it, does now and then."""

import asyncio
from collections.abc import Callable
from typing import Literal

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

Kind = Literal[
    "rate_limit", "server_error", "bad_gateway", "unauthorized", "redirect", "html", "empty", "invalid_json",
    "invalid_utf8", "cut", "slow", "daily_limit", "blocked", "forbidden",
]  # fmt: skip

JSON_TYPE = {"content-type": "application/json;charset=utf-8"}
HTML_TYPE = {"content-type": "text/html"}


class Trouble(msgspec.Struct, frozen=True):
    """An answer that is none of the provider's better ones."""

    status: int
    headers: dict[str, str]
    body: bytes


ANYWHERE = {
    "bad_gateway": Trouble(502, HTML_TYPE, b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "redirect": Trouble(302, {"location": "http://127.0.0.1:9/elsewhere"}, b""),
    "html": Trouble(200, HTML_TYPE, b"<html><body>We are down for maintenance.</body></html>"),
    "empty": Trouble(200, JSON_TYPE, b""),
    "invalid_json": Trouble(200, JSON_TYPE, b'{"results":[{"id":'),
}
"""What the network before a provider says, or what no provider means to say."""

OwnTrouble = Callable[[str, float], Trouble | None]
"""How a provider words the other kinds, which may tell for how many seconds to wait."""


class Fault(msgspec.Struct, kw_only=True):
    """The next `times` calls under a path, after letting `skip` of them pass, go wrong in this way."""

    kind: Kind
    path: str = "/crm"
    method: str | None = None
    times: int = 1
    skip: int = 0
    seconds: float = 1
    """How long a limit asks to wait, or how long a slow answer takes."""

    def strikes(self, scope: HTTPScope) -> bool:
        """Whether this call goes wrong, counting it."""
        if not scope["path"].startswith(self.path) or self.method not in {None, scope["method"]}:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """Stands before a provider's app and spoils what it was told to, oldest order first."""

    def __init__(self, app: ASGIApp, planned: list[Fault], own_trouble: OwnTrouble) -> None:
        self._app = app
        self._planned = planned
        self._own_trouble = own_trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, well or not."""
        fault = self._next(scope) if scope["type"] == ScopeType.HTTP else None
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind in {"cut", "invalid_utf8"}:
            await self._app(scope, receive, _spoiling(fault, send))
        else:
            trouble = ANYWHERE.get(fault.kind) or self._own_trouble(fault.kind, fault.seconds)
            # What only another provider knows is nothing but a failure here.
            await _send_instead(trouble or ANYWHERE["bad_gateway"], send)

    def _next(self, scope: HTTPScope) -> Fault | None:
        fault = next((each for each in self._planned if each.strikes(scope)), None)
        if fault is not None and fault.times <= 0:
            self._planned.remove(fault)
        return fault


def _spoiling(fault: Fault, send: Send) -> Send:
    """Half of the body under its full length, or a byte in its middle that no UTF-8 has."""

    async def send_spoilt(message: Message) -> None:
        if message["type"] == "http.response.body" and (body := message["body"]):
            half = len(body) // 2
            whole = fault.kind != "cut"
            message["body"] = body[:half] + b"\xff" + body[half + 1 :] if whole else body[:half]
            # To promise more and return is how the server learns to hang up.
            message["more_body"] = not whole or message.get("more_body", False)
        await send(message)

    return send_spoilt


async def _send_instead(trouble: Trouble, send: Send) -> None:
    headers = trouble.headers | {"content-length": str(len(trouble.body))}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": trouble.status, "headers": raw})
    await send({"type": "http.response.body", "body": trouble.body, "more_body": False})

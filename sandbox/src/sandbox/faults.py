"""Answers gone wrong on purpose: what a provider, or the network before it, does now and then."""

import asyncio
from typing import Literal

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

Kind = Literal[
    "rate_limit", "server_error", "bad_gateway", "unauthorized", "redirect", "html", "empty", "invalid_json",
    "invalid_utf8", "cut", "slow",
]  # fmt: skip

_JSON = {"content-type": "application/json;charset=utf-8"}
_HTML = {"content-type": "text/html"}
_LIMIT = b"""{"status":"error","message":"You have reached your ten_secondly_rolling limit.",
"errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}"""
_EXPIRED = b"""{"status":"error","message":"The OAuth token used to make this call expired.",
"category":"EXPIRED_AUTHENTICATION"}"""
_ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "rate_limit": (429, _JSON, _LIMIT),
    "server_error": (500, _JSON, b'{"status":"error","message":"internal error"}'),
    "bad_gateway": (502, _HTML, b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "unauthorized": (401, _JSON, _EXPIRED),
    "redirect": (302, {"location": "http://127.0.0.1:9/elsewhere"}, b""),
    "html": (200, _HTML, b"<html><body>We are down for maintenance.</body></html>"),
    "empty": (200, _JSON, b""),
    "invalid_json": (200, _JSON, b'{"results":[{"id":'),
}


class Fault(msgspec.Struct, kw_only=True):
    """The next `times` calls under a path, after letting `skip` of them pass, go wrong in this way."""

    kind: Kind
    path: str = "/crm"
    method: str | None = None
    times: int = 1
    skip: int = 0
    seconds: float = 1
    """What Retry-After says, or how long a slow answer takes."""

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
    """Stands before the app and spoils what it was told to, oldest order first."""

    def __init__(self, app: ASGIApp, planned: list[Fault]) -> None:
        self._app = app
        self._planned = planned

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
            await _send_instead(fault, send)

    def _next(self, scope: HTTPScope) -> Fault | None:
        if scope["path"].startswith("/control"):
            return None
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


async def _send_instead(fault: Fault, send: Send) -> None:
    status, headers, body = _ANSWERS[fault.kind]
    headers = headers | {"content-length": str(len(body))}
    if fault.kind == "rate_limit":
        headers["retry-after"] = f"{fault.seconds:g}"
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})

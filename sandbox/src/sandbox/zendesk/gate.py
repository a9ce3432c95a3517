"""Before every call: which account, who is it, may they call just now, and what the headers say about that."""

import binascii
import hmac
import re
import time
from base64 import b64decode
from typing import cast

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from sandbox.limits import UNLIMITED
from sandbox.store import Sandbox
from sandbox.tokens import Mint, Token, TokenInvalid
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import forbidden, missing_scopes, not_found, rate_limited, unauthenticated
from sandbox.zendesk.windows import Windows

UNGATED = "ungated"
"""The mark of routes that anyone may call."""

CALLS_A_MINUTE = 200
ENDPOINTS = (
    ("GET", re.compile(r"api/v2/incremental/\w+/cursor(?:\.json)?"), "incremental-exports-cursor", 20),
    ("GET", re.compile(r"api/v2/incremental/\w+(?:\.json)?"), "incremental-exports", 10),
    ("GET", re.compile(r"api/v2/tickets(?:\.json)?"), "tickets-index", 100),
    ("PUT", re.compile(r"api/v2/tickets/\d+(?:\.json)?"), "tickets-update", 100),
    ("PUT", re.compile(r"api/v2/users/(\d+)(?:\.json)?"), "create-update-user", 5),
)
"""What is counted apart: of each method and path so many a minute, for each record apart where the path names one."""

ANYBODY = "/users/me"
"""What Zendesk answers to whoever asks."""


class Caller(msgspec.Struct, frozen=True):
    """Somebody of the house, or an app in their name; nobody at all where `agent` is None."""

    desk: Desk
    agent: int | None
    token: Token | None

    def need(self, resource: str, right: str) -> None:
        """Raise `Refusal` unless the account granted this right over a kind of records."""
        wanted = (f"{resource}:{right}", right)
        if self.token is not None and not set(wanted) & set(self.token.scopes):
            raise missing_scopes(wanted)

    def need_administrator(self) -> None:
        """Raise `Refusal` unless an administrator stands behind the call."""
        if self.agent is None or self.desk.agents.record(self.agent).properties["role"] != "admin":
            raise forbidden()


class Gate(ASGIMiddleware):
    """Lets in who shows good credentials and is within the limits."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = UNGATED

    def __init__(self, sandbox: Sandbox, mint: Mint) -> None:
        self._sandbox = sandbox
        self._mint = mint
        self._windows = Windows()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 401 or 429, or go on with the `Caller` in the scope's state."""
        _, _, subdomain, rest = scope["path"].split("/", 3)
        desk = self._sandbox.account(Desk, subdomain)
        if desk is None:
            raise not_found()
        caller = self._caller(desk, MutableScopeHeaders(scope).get("authorization", ""))
        if caller.agent is None and not rest.endswith(ANYBODY):
            raise unauthenticated(basic=True)
        counted = self._count(desk, cast("HTTPScope", scope)["method"], rest)
        headers = [(name.encode(), value.encode()) for name, value in counted.items()]
        scope["state"]["caller"] = caller

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await next_app(scope, receive, send_with_headers)

    def _caller(self, desk: Desk, authorization: str) -> Caller:
        scheme, _, text = authorization.partition(" ")
        match scheme.lower():
            case "bearer":
                token = self._token(desk, text.strip())
                return Caller(desk, desk.agents.row_of(str(token.user_id)), token)
            case "basic":
                return Caller(desk, self._agent(desk, text.strip()), None)
            case _:
                return Caller(desk, None, None)

    def _token(self, desk: Desk, text: str) -> Token:
        try:
            token = self._mint.read(text)
        except TokenInvalid as error:
            raise unauthenticated(basic=False) from error
        strange = token.use != "access" or token.account != desk.opened.account
        if strange or self._sandbox.revoked(token) or self._sandbox.expired(token):
            raise unauthenticated(basic=False)
        return token

    def _agent(self, desk: Desk, text: str) -> int:
        try:
            email, _, api_token = b64decode(text, validate=True).decode().rpartition("/token:")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise unauthenticated(basic=True) from error
        agent, wanted = desk.agent_of(email), self._sandbox.settings.zendesk_api_token
        if agent is None or not hmac.compare_digest(api_token.encode(), wanted.encode()):
            raise unauthenticated(basic=True)
        return agent

    def _count(self, desk: Desk, method: str, path: str) -> dict[str, str]:
        """The headers of the answer. Raises `Refusal` when it is one call too many."""
        now = time.time()
        resets = self._windows.resets(now)
        most, left = self._take(desk, "minute", CALLS_A_MINUTE, now)
        headers = {
            "x-rate-limit": str(most),
            "x-rate-limit-remaining": str(left or 0),
            "ratelimit-limit": str(most),
            "ratelimit-remaining": str(left or 0),
            "ratelimit-reset": str(resets),
        }
        refused = left is None
        for asked, pattern, header, a_minute in ENDPOINTS:
            if asked == method and (found := pattern.fullmatch(path)):
                name = ":".join([header, *found.groups()])
                most, left = self._take(desk, name, a_minute, now)
                headers[f"zendesk-ratelimit-{header}"] = f"total={most}; remaining={left or 0}; resets={resets}"
                refused = refused or left is None
        if refused:
            raise rate_limited(headers, resets)
        return headers

    def _take(self, desk: Desk, name: str, most: int, now: float) -> tuple[int, int | None]:
        """How many calls there may be in a minute, and how many are left; None when this is one too many."""
        counting = self._sandbox.rate_limits
        most = most if counting else UNLIMITED
        left = self._windows.take((desk.subdomain, name), most, now) if counting else most
        self._sandbox.tally.note(desk.opened.account, name, most=most, left=left)
        return most, left

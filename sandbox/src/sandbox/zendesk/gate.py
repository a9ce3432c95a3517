"""Before every call: which account, who is it, may they call just now, and what the headers say about that."""

import binascii
import hmac
import time
from base64 import b64decode

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.store import Sandbox
from sandbox.tokens import Mint, Token, TokenInvalid
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import forbidden, missing_scopes, not_found, rate_limited, unauthenticated
from sandbox.zendesk.windows import Windows

UNGATED = "ungated"
"""The mark of routes that anyone may call."""

CALLS_A_MINUTE = 200
EXPORTS_A_MINUTE = 20
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
        counted = self._count(desk, rest)
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

    def _count(self, desk: Desk, path: str) -> dict[str, str]:
        """The headers of the answer. Raises `Refusal` when it is one call too many."""
        now, counting = time.time(), self._sandbox.rate_limits
        resets = self._windows.resets(now)
        left = self._windows.take(desk.subdomain, CALLS_A_MINUTE, now) if counting else CALLS_A_MINUTE
        headers = {
            "x-rate-limit": str(CALLS_A_MINUTE),
            "x-rate-limit-remaining": str(left or 0),
            "ratelimit-limit": str(CALLS_A_MINUTE),
            "ratelimit-remaining": str(left or 0),
            "ratelimit-reset": str(resets),
        }
        exports: int | None = EXPORTS_A_MINUTE
        if "/incremental/" in path:
            key = (desk.subdomain, "exports")
            exports = self._windows.take(key, EXPORTS_A_MINUTE, now) if counting else EXPORTS_A_MINUTE
            headers["zendesk-ratelimit-incremental-exports-cursor"] = (
                f"total={EXPORTS_A_MINUTE}; remaining={exports or 0}; resets={resets}"
            )
        if left is None or exports is None:
            raise rate_limited(headers, resets)
        return headers

"""Before every call: who is it, may it call just now, and what the headers say about that."""

import time
from collections.abc import Hashable
from uuid import uuid4

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.hubspot.errors import missing_scopes, rate_limited, unauthenticated
from sandbox.hubspot.portal import Portal
from sandbox.limits import UNLIMITED, RollingWindow
from sandbox.store import Sandbox
from sandbox.tokens import Mint, Token, TokenInvalid

UNGATED = "ungated"
"""The mark of routes that anyone may call."""


class Caller(msgspec.Struct, frozen=True):
    """An app that may call, and the account that let it."""

    portal: Portal
    token: Token

    def need(self, kind_scope: str, right: str) -> None:
        """Raise `HubSpotError` unless the account granted this right over a kind of records."""
        scope = kind_scope if kind_scope == "tickets" else f"crm.objects.{kind_scope}.{right}"
        if scope not in self.token.scopes:
            raise missing_scopes([scope])


class Gate(ASGIMiddleware):
    """Lets in who bears a good token and is within the limits."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = UNGATED

    def __init__(self, sandbox: Sandbox, mint: Mint) -> None:
        self._sandbox = sandbox
        self._mint = mint
        # For OAuth apps: 110 calls in ten seconds, and 5 searches a second counted apart.
        self._calls = RollingWindow(most=110, seconds=10)
        self._searches = RollingWindow(most=5, seconds=1)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 401 or 429, or go on with the `Caller` in the scope's state."""
        token = self._token(MutableScopeHeaders(scope).get("authorization", ""))
        portal = self._sandbox.account(Portal, token.account.partition(":")[2])
        assert portal, "a token of a closed account is revoked"
        counted = self._count(token, search=scope["path"].endswith("/search"))
        headers = [(name.encode(), value.encode()) for name, value in counted.items()]
        scope["state"]["caller"] = Caller(portal, token)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await next_app(scope, receive, send_with_headers)

    def _token(self, authorization: str) -> Token:
        kind, _, text = authorization.partition(" ")
        if kind.lower() != "bearer" or not text:
            raise unauthenticated("Authentication credentials not found. This API supports OAuth 2.0.")
        try:
            token = self._mint.read(text.strip())
        except TokenInvalid as error:
            raise unauthenticated("The OAuth token used to make this call is invalid.") from error
        if token.use != "access" or self._sandbox.revoked(token):
            raise unauthenticated("The OAuth token used to make this call is invalid or was revoked.")
        if self._sandbox.expired(token):
            message = "The OAuth token used to make this call expired."
            raise unauthenticated(message, "EXPIRED_AUTHENTICATION")
        return token

    def _count(self, token: Token, *, search: bool) -> dict[str, str]:
        """The headers of the answer. Raises `HubSpotError` when it is one call too many."""
        headers = {"x-hubspot-correlation-id": str(uuid4())}
        if search:
            left = self._take("search", self._searches, token.account, token.account)
            if left is None:
                raise rate_limited("SECONDLY", headers)
            # As documented it tells nothing; a limit that is off is ours alone, and an app must know of it.
            return headers if self._sandbox.rate_limits else headers | _window(self._searches, UNLIMITED)
        left = self._take("ten_seconds", self._calls, (token.account, token.client_id), token.account)
        headers |= _window(self._calls, self._calls.most if self._sandbox.rate_limits else UNLIMITED)
        headers |= {
            "x-hubspot-ratelimit-remaining": str(left or 0),
            "x-hubspot-ratelimit-secondly": "11",
            "x-hubspot-ratelimit-secondly-remaining": str(min(10, left or 0)),
        }
        if left is None:
            raise rate_limited("TEN_SECONDLY_ROLLING", headers)
        return headers

    def _take(self, name: str, window: RollingWindow, caller: Hashable, account: str) -> int | None:
        """How many calls are left after this one, None when it is one too many."""
        counting = self._sandbox.rate_limits
        left = window.take(caller, time.monotonic()) if counting else UNLIMITED
        self._sandbox.tally.note(account, name, most=window.most if counting else UNLIMITED, left=left)
        return left


def _window(window: RollingWindow, most: int) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-max": str(most),
        "x-hubspot-ratelimit-interval-milliseconds": str(round(window.seconds * 1000)),
    }

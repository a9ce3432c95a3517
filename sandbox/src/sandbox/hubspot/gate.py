"""Before every call: who is it, may it call just now, and what the headers say about that."""

import time
from uuid import uuid4

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.clock import now_ms
from sandbox.hubspot.errors import missing_scopes, rate_limited, unauthenticated
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.tokens import Mint, Token, TokenInvalid
from sandbox.store import Sandbox

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

    def __init__(self, sandbox: Sandbox, mint: Mint, limits: Limits) -> None:
        self._sandbox = sandbox
        self._mint = mint
        self._limits = limits

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 401 or 429, or go on with the `Caller` in the scope's state."""
        token = self._token(MutableScopeHeaders(scope).get("authorization", ""))
        portal = self._sandbox.hubspot.portals[token.portal_id]
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
        if token.use != "access" or self._sandbox.hubspot.revoked(token):
            raise unauthenticated("The OAuth token used to make this call is invalid or was revoked.")
        if self._sandbox.hubspot.expired(token, now_ms()):
            message = "The OAuth token used to make this call expired."
            raise unauthenticated(message, "EXPIRED_AUTHENTICATION")
        return token

    def _count(self, token: Token, *, search: bool) -> dict[str, str]:
        """The headers of the answer. Raises `HubSpotError` when it is one call too many."""
        limits, now = self._limits, time.monotonic()
        headers = {"x-hubspot-correlation-id": str(uuid4())}
        if search:
            if limits.on and limits.searches.take(token.portal_id, now) is None:
                raise rate_limited("SECONDLY", headers)
            return headers
        most = limits.calls.most
        left = limits.calls.take((token.portal_id, token.client_id), now) if limits.on else most
        headers |= {
            "x-hubspot-ratelimit-max": str(most),
            "x-hubspot-ratelimit-remaining": str(left or 0),
            "x-hubspot-ratelimit-interval-milliseconds": str(round(limits.calls.seconds * 1000)),
            "x-hubspot-ratelimit-secondly": "11",
            "x-hubspot-ratelimit-secondly-remaining": str(min(10, left or 0)),
        }
        if left is None:
            raise rate_limited("TEN_SECONDLY_ROLLING", headers)
        return headers

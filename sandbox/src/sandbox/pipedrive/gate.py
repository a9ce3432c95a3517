"""Before every call: who is it, was it granted that, may it call just now, and what the headers say about that."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.limits import UNLIMITED, RollingWindow
from sandbox.pipedrive.catalogue import BURST_SECONDS, CALLS_PER_BURST
from sandbox.pipedrive.company import Company
from sandbox.pipedrive.errors import limited, mismatched, unauthenticated
from sandbox.store import Sandbox
from sandbox.tokens import Mint, Token, TokenInvalid

UNGATED = "ungated"
"""The mark of routes that anyone may call."""


class Caller(msgspec.Struct, frozen=True):
    """An app that may call, and the company that let it."""

    company: Company
    token: Token


def priced(tokens: int, *scopes: str) -> dict[str, Any]:
    """What a route costs of the day's budget, and the scopes any of which opens it."""
    return {"tokens": tokens, "scopes": scopes}


class Gate(ASGIMiddleware):
    """Lets in who bears a good token for this company and this call, and is within the limits."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = UNGATED

    def __init__(self, sandbox: Sandbox, mint: Mint) -> None:
        self._sandbox = sandbox
        self._mint = mint
        self._tokens_per_day = sandbox.settings.pipedrive_tokens_per_day
        self._calls = RollingWindow(most=CALLS_PER_BURST, seconds=BURST_SECONDS)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer 401, 403 or 429, or go on with the `Caller` in the scope's state."""
        opt: Mapping[str, Any] = scope["route_handler"].opt
        token = self._token(MutableScopeHeaders(scope).get("authorization", ""), scope["path"])
        headers = self._count(token, opt["tokens"])
        if not set(opt["scopes"]) & set(token.scopes):
            raise mismatched()
        company = self._sandbox.account(Company, token.account.partition(":")[2])
        assert company, "a token of a closed account is revoked"
        scope["state"]["caller"] = Caller(company, token)
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *raw]
            await send(message)

        await next_app(scope, receive, send_with_headers)

    def _token(self, authorization: str, path: str) -> Token:
        kind, _, text = authorization.partition(" ")
        if kind.lower() != "bearer" or not text:
            raise unauthenticated("unauthorized access")
        try:
            token = self._mint.read(text.strip())
        except TokenInvalid as error:
            raise unauthenticated("Invalid token: access_token is invalid") from error
        strange = token.use != "access" or token.account.partition(":")[2] != path.split("/")[2]
        if strange or self._sandbox.revoked(token) or self._sandbox.expired(token):
            raise unauthenticated("Invalid token: access_token is invalid")
        return token

    def _count(self, token: Token, tokens: int) -> dict[str, str]:
        """The headers of the answer. Raises `PipedriveError` when it is one call too many."""
        counting, tally, account = self._sandbox.rate_limits, self._sandbox.tally, token.account
        burst, day = (CALLS_PER_BURST, self._tokens_per_day) if counting else (UNLIMITED, UNLIMITED * 1000)
        today = account, f"{datetime.now(UTC):%Y-%m-%d}"
        left: int | None = burst
        if counting:
            left = self._calls.take(token.grant, time.monotonic())
        affordable = tally.tokens_spent[today] + tokens <= day
        if left is not None and affordable:
            tally.tokens_spent[today] += tokens
        tally.note(account, "burst", most=burst, left=left)
        # What is left may be too little for this call, and is not nothing for that.
        rest = max(0, day - tally.tokens_spent[today])
        tally.note(account, "daily", most=day, left=rest if affordable else None)
        headers = {
            "x-ratelimit-limit": str(burst),
            "x-ratelimit-remaining": str(left or 0),
            "x-ratelimit-reset": str(BURST_SECONDS),
            "x-daily-ratelimit-token-limit": str(day),
            "x-daily-ratelimit-token-remaining": str(rest),
            "x-correlation-id": str(uuid4()),
        }
        if left is None or not affordable:
            raise limited(headers)
        return headers

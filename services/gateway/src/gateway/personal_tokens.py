"""Personal tokens at the door: each is exchanged at auth for a short one, which is all that services ever see."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

import msgspec
import structlog
from aiohttp import ClientError, ClientTimeout
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from servicekit.errors import Unauthorized, Unavailable
from servicekit.principal import bearer_of
from servicekit.telemetry import trace_headers

from gateway.routing import find_route, read_path
from gateway.upstreams import Upstreams

log = structlog.get_logger()

PREFIX = "lmp_"
LONGEST = 200
KEEP_SECONDS = 5.0
"""How long an exchange, or a refusal, is believed: so soon a token that was revoked opens nothing more."""
KEEP_AT_MOST = 10_000
EXCHANGE = "/auth/tokens/exchange"
PATIENCE = ClientTimeout(total=5)
OWN = frozenset({"/events"})
"""The routes of the gateway itself that need a person."""
REFUSED = 401


class PersonalTokenRefused(Unauthorized):
    """Nobody made this token, or it has ended or was revoked."""

    slug = "personal-token-refused"
    title = "The token is not taken"


class _Granted(msgspec.Struct):
    access_token: str


class PersonalTokens:
    """What personal tokens stand for, kept for a moment under a hash of each."""

    def __init__(
        self, upstreams: Upstreams, *, keep_seconds: float = KEEP_SECONDS, at_most: int = KEEP_AT_MOST
    ) -> None:
        self._upstreams = upstreams
        self._keep_seconds, self._at_most = keep_seconds, at_most
        self._asked: OrderedDict[bytes, tuple[asyncio.Task[str | None], float]] = OrderedDict()

    async def exchange(self, token: str) -> str:
        """Return the short token that stands for a personal one. Raises `PersonalTokenRefused`, `Unavailable`."""
        if len(token) > LONGEST:
            raise PersonalTokenRefused
        # Shielded: many requests may wait for one exchange, and it is not over when one of them is.
        short = await asyncio.shield(self._find_or_ask(token))
        if short is None:
            raise PersonalTokenRefused
        return short

    def _find_or_ask(self, token: str) -> asyncio.Task[str | None]:
        key, now = hashlib.sha256(token.encode()).digest(), monotonic()
        asking, until = self._asked.get(key, (None, 0.0))
        if asking is None or now >= until or _failed(asking):
            asking = asyncio.create_task(self._ask(token))
            self._asked[key] = asking, now + self._keep_seconds
            self._asked.move_to_end(key)
            if len(self._asked) > self._at_most:
                self._asked.popitem(last=False)
        return asking

    async def _ask(self, token: str) -> str | None:
        """Ask auth; None where it does not take the token."""
        headers = {"Authorization": f"Bearer {token}", **trace_headers()}
        url = self._upstreams.addresses["auth"] + EXCHANGE
        try:
            async with self._upstreams.http.post(url, headers=headers, timeout=PATIENCE) as answer:
                if answer.status == REFUSED:
                    return None
                answer.raise_for_status()
                return msgspec.json.decode(await answer.read(), type=_Granted).access_token
        except (ClientError, TimeoutError, msgspec.DecodeError) as error:
            log.warning("personal_token_not_exchanged", failure=type(error).__qualname__)
            raise Unavailable("personal tokens cannot be checked just now") from None


def _failed(asking: asyncio.Task[str | None]) -> bool:
    return asking.done() and (asking.cancelled() or asking.exception() is not None)


def exchanging(tokens: PersonalTokens) -> Callable[[ASGIApp], ASGIApp]:
    """Make the middleware that puts what a personal token stands for in its place, wherever a person is needed."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def exchange(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                token = _personal_token(scope)
                if token and _needs_person(scope):
                    short = await tokens.exchange(token)
                    kept = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
                    scope["headers"] = [*kept, (b"authorization", f"Bearer {short}".encode())]
            await app(scope, receive, send)

        return exchange

    return wrap


def _personal_token(scope: HTTPScope) -> str | None:
    authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    try:
        token = bearer_of(authorization)
    except Unauthorized:
        return None  # whether anything is needed is the route's to say
    return token if token.startswith(PREFIX) else None


def _needs_person(scope: HTTPScope) -> bool:
    path = read_path(scope["raw_path"])
    route = find_route(scope["method"], path)
    return path.rstrip("/") in OWN or (route is not None and not route.public)

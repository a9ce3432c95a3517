"""Who may come in, and how often: before anything else is done for a request."""

import hmac
import time
from collections.abc import Callable
from urllib.parse import unquote
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from servicekit.errors import NotFound, TooManyRequests, Unauthorized
from servicekit.principal import bearer_of

from gateway.headers import client_of, secured
from gateway.limits import Buckets, address_key
from gateway.routing import is_delivery
from gateway.settings import Settings

SIGN_INS = frozenset((b"/auth/login", b"/auth/register"))
REFUSED = range(400, 500)
LONGEST_WAIT_SECONDS = 30
"""Zendesk comes again only if it is asked to within a minute, Pipedrive for the last time two and a half later."""

INSIDE = ("/schema", "/schema/openapi.json")


class Limits:
    """The buckets of addresses and of people."""

    def __init__(self, settings: Settings) -> None:
        self._addresses = Buckets(settings.address_rate_per_minute)
        self._sign_ins = Buckets(settings.sign_in_rate_per_minute)
        self._people = Buckets(settings.rate_per_minute)
        self._refused = Buckets(settings.refused_delivery_rate_per_minute)

    def admit_address(self, address: str, path: bytes) -> None:
        """Count a request of an address. Raises `TooManyRequests`."""
        key = address_key(address)
        _take(self._addresses, key)
        if path.rstrip(b"/") in SIGN_INS:
            _take(self._sign_ins, key)

    def admit_delivery(self, address: str) -> None:
        """Let a webhook in, unless too many of the address were refused. Raises `TooManyRequests`.

        Providers send those of everybody from a few addresses, as many as there are. All three come again after a 429,
        so what is genuine is late at worst, where a stranger sends what is not through the same provider.
        """
        if seconds := self._refused.wait(address_key(address), now=time.monotonic()):
            raise TooManyRequests(
                "too many deliveries were refused in too short a time", retry_after=min(seconds, LONGEST_WAIT_SECONDS)
            )

    def note_refused(self, address: str) -> None:
        """Count a webhook that nobody believed, or could have."""
        self._refused.take(address_key(address), now=time.monotonic())

    def admit_person(self, user_id: UUID) -> None:
        """Count a request of a signed-in person. Raises `TooManyRequests`."""
        _take(self._people, str(user_id))


def _take(buckets: Buckets, key: str) -> None:
    if seconds := buckets.take(key, now=time.monotonic()):
        raise TooManyRequests("too many requests in too short a time", retry_after=seconds)


def door(limits: Limits, metrics_token: str) -> Callable[[ASGIApp], ASGIApp]:
    """Make the middleware that limits addresses and keeps inner routes inside."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def enter(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
            elif is_delivery(unquote(scope["raw_path"].decode("latin-1"))):
                limits.admit_delivery(client_of(scope))
                await app(scope, receive, _noting_refusals(limits, client_of(scope), send))
            else:
                limits.admit_address(client_of(scope), scope["raw_path"])
                _keep_inside(scope, metrics_token)
                await app(scope, receive, send)

        return enter

    return wrap


def _noting_refusals(limits: Limits, address: str, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in REFUSED:
            limits.note_refused(address)
        await send(message)

    return noting


def _keep_inside(scope: Scope, metrics_token: str) -> None:
    path = scope["path"]
    if path in INSIDE or (path == "/metrics" and not metrics_token):
        raise NotFound
    if path == "/metrics":
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        if not hmac.compare_digest(bearer_of(authorization).encode(), metrics_token.encode()):
            raise Unauthorized


async def secure(message: Message, scope: Scope) -> None:
    """Give every answer the security headers it does not carry."""
    if message["type"] == "http.response.start":
        message["headers"] = secured(message["headers"])

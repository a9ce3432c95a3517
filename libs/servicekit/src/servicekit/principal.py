"""Who is calling: a signed-in person or another service, checked against auth's published keys."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import jwt
import msgspec
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from servicekit.errors import Forbidden, Unauthorized, Unavailable

log = structlog.get_logger()

ISSUER = "lead-manager"
AUDIENCE = "lead-manager"
ALGORITHM = "EdDSA"
CLOCK_SKEW_SECONDS = 10
READ, WRITE = "contacts:read", "contacts:write"
PERSON = "person"
"""What no personal token is made for: a route with this scope is for signed-in people alone."""
SCOPED_SERVICES = frozenset({"agent", "gateway", "identity", "sync-worker"})
"""Who takes what personal tokens stand for. Accounts, sessions and connections are for signed-in people alone, but for
the routes there that name a scope."""

KEEP_SECONDS = 60.0
"""How long keys are believed without asking again. While auth does not answer, those that are known go on."""

REFETCH_SECONDS = 5.0
"""How often auth is asked at the most, whatever key ids show up and however it answers."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in person in a workspace, or a service by name; `token` is what it came with."""

    token: str
    user_id: UUID | None = None
    email: str | None = None
    workspace: UUID | None = None
    role: str | None = None
    service: str | None = None
    expires_at: datetime | None = None
    scopes: frozenset[str] | None = None
    """What a personal token was made for; None for whoever is signed in, who may do all that their role may."""

    @property
    def workspace_id(self) -> UUID:
        """The workspace of a person's session. Raises `Forbidden` for a service."""
        if self.workspace is None:
            raise Forbidden("this needs a signed-in person")
        return self.workspace

    def __repr__(self) -> str:
        return f"Principal(user_id={self.user_id}, workspace={self.workspace}, service={self.service})"


@runtime_checkable
class KeySource(Protocol):
    """Where public keys come from."""

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key of this id, None when there is none."""


class PublishedKeys:
    """Auth's published keys: kept, and asked for again when they are old or an unknown id shows up."""

    def __init__(self, auth_url: str) -> None:
        self._url = f"{auth_url}/auth/jwks"
        self._keys: dict[str, jwt.PyJWK] = {}
        self._known_at = -KEEP_SECONDS
        self._asked_at = -REFETCH_SECONDS
        self._asking = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """Return a published key. Raises `Unavailable` when auth cannot be asked and the id is not known."""
        if self._is_due(key_id):
            async with self._asking:
                if self._is_due(key_id):
                    await self._ask()
        key = self._keys.get(key_id)
        if key is None and self._known_at < self._asked_at:
            raise Unavailable("sign-in cannot be checked just now")
        return key

    def _is_due(self, key_id: str) -> bool:
        now = time.monotonic()
        wanted = key_id not in self._keys or now - self._known_at > KEEP_SECONDS
        return wanted and now - self._asked_at > REFETCH_SECONDS

    async def _ask(self) -> None:
        # When it was is noted at the end: whoever comes meanwhile waits, and is not told that there is no answer.
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=5)) as http,
                http.get(self._url, raise_for_status=True) as answer,
            ):
                published = msgspec.json.decode(await answer.read(), type=_Published)
            keys = [jwt.PyJWK.from_dict(key) for key in published.keys]
        except (ClientError, TimeoutError, msgspec.DecodeError, jwt.PyJWTError) as error:
            log.warning("keys_not_fetched", failure=type(error).__qualname__)
            self._asked_at = time.monotonic()
            return
        self._keys = {key.key_id: key for key in keys if key.key_id}
        self._asked_at = self._known_at = time.monotonic()


class _Published(msgspec.Struct):
    keys: list[dict[str, Any]]


async def check_token(token: str, keys: KeySource, *, service: str, scoped: bool | None = None) -> Principal:
    """Read a token meant for people's requests, or for `service` from another service.

    `scoped` says whether what stands for a personal token is taken, where it is not as usual for the service. Raises
    `Unauthorized`, and `Forbidden` for a personal one where it is not taken.
    """
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        key = await keys.key(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise Unauthorized("the token is not taken", reason="unknown_key")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[ALGORITHM],
            audience=[AUDIENCE, service],
            issuer=ISSUER,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "aud", "iss", "sub"]},
        )
        principal = _principal(token, claims, service)
    except jwt.ExpiredSignatureError:
        raise Unauthorized("the token has expired", reason="expired") from None
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise Unauthorized("the token is not taken", reason="invalid") from None
    if principal.scopes is not None and not (service in SCOPED_SERVICES if scoped is None else scoped):
        raise Forbidden("this needs a signed-in person, not a personal token")
    return principal


def wanted_scope(opt: Mapping[str, Any], method: str) -> str:
    """Tell what a personal token must be made for: what the route says, or else what its method is."""
    # All that is not a mere look counts as writing, unless the route says that it is none.
    return str(opt.get("scope") or (READ if method in {"GET", "HEAD"} else WRITE))


def check_scope(principal: Principal, wanted: str) -> None:
    """Hold a personal token to what it was made for. Raises `Forbidden`."""
    if principal.scopes is not None and wanted == PERSON:
        raise Forbidden("this needs a signed-in person, not a personal token")
    if principal.scopes is not None and wanted not in principal.scopes:
        raise Forbidden(f"this personal token was not made for {wanted}")


def _principal(token: str, claims: dict[str, Any], service: str) -> Principal:
    kind, _, name = str(claims["sub"]).partition(":")
    expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
    if kind == "service":
        if claims["aud"] != service:
            raise ValueError("a service's token names its audience")
        return Principal(token=token, service=name, expires_at=expires_at)
    if claims["aud"] != AUDIENCE:
        raise ValueError("a person's token is for all services")
    return Principal(
        token=token,
        user_id=UUID(claims["sub"]),
        email=str(claims["email"]),
        workspace=UUID(claims["workspace"]),
        role=str(claims["role"]),
        expires_at=expires_at,
        scopes=frozenset(str(claims["scope"]).split()) if "scope" in claims else None,
    )


def bearer_of(authorization: str | None) -> str:
    """Take the token out of the header. Raises `Unauthorized`."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized
    return token.strip()


def authentication(keys: KeySource, service: str) -> type[AbstractAuthenticationMiddleware]:
    """Make the middleware that fills `request.user`; routes with `opt={"public": True}` go without.

    Of a personal token it asks for the scope in `opt={"scope": …}`, or else for that of the method.
    """

    class Authentication(AbstractAuthenticationMiddleware):
        def __init__(self, app: Any, **_: Any) -> None:
            super().__init__(app, exclude_from_auth_key="public")

        async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
            token = bearer_of(connection.headers.get("authorization"))
            opt = connection.scope["route_handler"].opt
            principal = await check_token(token, keys, service=service, scoped=True if opt.get("scope") else None)
            check_scope(principal, wanted_scope(opt, str(connection.scope.get("method"))))
            return AuthenticationResult(user=principal, auth=token)

    return Authentication


Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


def services_only(*names: str) -> Guard:
    """Guard a route that only these services may call."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if connection.user.service not in names:
            raise Forbidden("this is between services")

    return guard


async def people_only(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard every other route: a service's token opens only what is meant for services."""
    if handler.opt.get("public") or handler.opt.get("services"):
        return
    if connection.user.workspace is None:
        raise Forbidden("this needs a signed-in person")

"""Access to providers: short tokens that connections owns and hands out, kept in memory until they end."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import msgspec
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from contracts.connections import AccessToken, FileConnected
from providers.lexicon import Lexicon
from providers.quota import UNMETERED, Meter
from providers.source import Access, AccessExpired, GrantRevoked, ProviderUnavailable, RateLimited
from servicekit.errors import RetryLater, Unauthorized, Unavailable
from servicekit.service_tokens import ServiceTokens

log = structlog.get_logger()

SPARE = timedelta(seconds=30)
KEPT_AT_MOST = timedelta(minutes=5)
"""How long a token is kept that has no end of its own: the account may be connected in another way meanwhile."""

NAMES_KEPT_SECONDS = 600.0
"""How long a name may be an old one: renaming an owner or a stage changes no record, so no change tells of it. No name
outlives its account by more."""

LEXICONS_AT_MOST = 1_000
SHORT_WAIT_SECONDS = 10.0
"""A rate limit that passes this soon is slept through; a longer one gives the worker to others meanwhile."""

NOT_NOW = timedelta(seconds=5)
MAX_REASON_CHARS = 500
JSON = {"Content-Type": "application/json"}
TIMEOUT = ClientTimeout(total=30)
T = TypeVar("T")

REVOKED = "The account's permission ended; a person has to connect it again."


MeterOf = Callable[[str, str], Meter]
"""Finds the meter of an account: by its provider, and by what that calls it."""


def unmetered(provider: str, account_id: str) -> Meter:
    """Count nothing."""
    return UNMETERED


class AccessDesk:
    """Asks connections for access, and tells it what providers refuse; `meter_of` keeps count of the calls."""

    def __init__(
        self,
        http: ClientSession,
        tokens: ServiceTokens,
        connections_url: str,
        *,
        meter_of: MeterOf = unmetered,
        names_kept_seconds: float = NAMES_KEPT_SECONDS,
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._meter_of = meter_of
        self._url = f"{connections_url}/internal/connections"
        self._kept: dict[UUID, tuple[Access, datetime]] = {}
        self._names: dict[UUID, Lexicon] = {}
        self._names_kept_seconds = names_kept_seconds

    async def access(self, connection_id: UUID, *, rejected: str | None = None) -> Access:
        """Return a token to call a provider with; `rejected` is one the provider takes no more.

        Raises `GrantRevoked` when a person has to connect again, `RetryLater` when connections does not answer.
        """
        kept, ends_at = self._kept.get(connection_id, (None, None))
        if kept and ends_at and kept.access_token != rejected and datetime.now(UTC) < ends_at - SPARE:
            return msgspec.structs.replace(kept, names=self._names_of(connection_id))
        body = {"rejected": hashlib.sha256(rejected.encode()).hexdigest()} if rejected else {}
        status, answer = await self._post(f"{self._url}/{connection_id}/token", body)
        if status in {404, 409}:
            self._forget(connection_id)
            raise GrantRevoked(REVOKED)
        if status >= 300:
            raise RetryLater(f"connections answered {status}", after=NOT_NOW)
        granted = msgspec.json.decode(answer, type=AccessToken)
        if granted.api_url is None:
            raise RetryLater("connections does not say where the provider's API is", after=NOT_NOW)
        access = Access(
            access_token=granted.access_token,
            token_type=granted.token_type,
            api_url=granted.api_url,
            account_id=granted.account_id,
            meter=self._meter_of(granted.provider, granted.account_id),
            names=self._names_of(connection_id),
        )
        self._kept[connection_id] = access, granted.expires_at or datetime.now(UTC) + KEPT_AT_MOST
        return access

    async def call(self, connection_id: UUID, call: Callable[[Access], Awaitable[T]]) -> T:
        """Call a provider: with a fresh token if it asks for one, and again after a short wait.

        Raises `ProviderError`, and what `access` raises.
        """
        rejected: str | None = None
        waited = 0.0
        while True:
            access = await self.access(connection_id, rejected=rejected)
            try:
                return await call(access)
            except AccessExpired as error:
                if rejected is not None:
                    raise ProviderUnavailable(str(error)) from error
                rejected = access.access_token
            except RateLimited as error:
                waited += error.after_seconds
                if waited > SHORT_WAIT_SECONDS:
                    raise
                await asyncio.sleep(error.after_seconds)

    async def report_broken(self, connection_id: UUID, reason: str) -> None:
        """Tell connections that a provider refuses the grant for good. Raises `RetryLater`."""
        self._forget(connection_id)
        status, _ = await self._post(f"{self._url}/{connection_id}/broken", {"reason": reason[:MAX_REASON_CHARS]})
        if status >= 500:
            raise RetryLater(f"connections answered {status}", after=NOT_NOW)

    def _names_of(self, connection_id: UUID) -> Lexicon:
        """The names that are kept of an account: all of them go at once, some time after the first was asked for."""
        if connection_id not in self._names:
            while len(self._names) >= LEXICONS_AT_MOST:
                del self._names[next(iter(self._names))]
            self._names[connection_id] = lexicon = Lexicon()
            asyncio.get_running_loop().call_later(self._names_kept_seconds, self._let_go, connection_id, lexicon)
        return self._names[connection_id]

    def _let_go(self, connection_id: UUID, lexicon: Lexicon) -> None:
        # Emptied as well: the access that was handed out last still refers to it.
        lexicon.forget()
        if self._names.get(connection_id) is lexicon:
            del self._names[connection_id]

    def _forget(self, connection_id: UUID) -> None:
        self._kept.pop(connection_id, None)
        if lexicon := self._names.get(connection_id):
            self._let_go(connection_id, lexicon)

    async def connect_file(self, kind: str, name: str, person_token: str) -> FileConnected:
        """Have connections make the connection of a file, or find it, for the person of this token.

        Raises `Unauthorized` when that is no longer good, `Unavailable` when connections does not answer.
        """
        offer = {"provider": kind, "name": name, "token": person_token}
        try:
            status, answer = await self._post(f"{self._url}/files", offer)
        except RetryLater as error:
            raise Unavailable(str(error)) from error
        if status in {401, 403}:
            raise Unauthorized("sign in again, and hand the file over once more")
        if status >= 300:
            log.warning("file_not_connected", status=status)
            raise Unavailable("the connection could not be made just now")
        return msgspec.json.decode(answer, type=FileConnected)

    async def _post(self, url: str, body: dict[str, str]) -> tuple[int, bytes]:
        try:
            headers = await self._tokens.headers("connections")
            async with self._http.post(
                url, data=msgspec.json.encode(body), headers=headers | JSON, timeout=TIMEOUT
            ) as answer:
                return answer.status, await answer.read()
        except (ClientError, TimeoutError, Unavailable) as error:
            log.warning("connections_not_reached", failure=type(error).__qualname__)
            raise RetryLater("connections does not answer just now", after=NOT_NOW) from error

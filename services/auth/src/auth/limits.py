"""How often somebody may try: a count per account and per address, kept where all copies see it.

An attempt counts before it is judged, so that a thousand made at once are a thousand; one that succeeds is taken
back. What is counted is a keyed hash, so the table tells nobody who tried.
"""

import hmac
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import msgspec
import structlog
from servicekit.database import Database
from servicekit.errors import TooManyRequests
from servicekit.secrets import derive
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import queries
from auth.settings import Settings

log = structlog.get_logger()


class TooManyAttempts(TooManyRequests):
    """Too many tried for this account, or from this address."""

    slug: ClassVar[str] = "too-many-attempts"
    title: ClassVar[str] = "Too many attempts; wait a little"


class Allowance(msgspec.Struct, frozen=True):
    """So many attempts per window for one subject of a kind."""

    kind: str
    subject: bytes
    attempts: int


class Limits:
    """Counts attempts. It opens transactions of its own, because an attempt counts whatever becomes of it."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._settings = settings
        self._secret = derive(settings.lead_secret, "auth:attempts")
        self.window = timedelta(minutes=settings.attempt_window_minutes)

    async def admit_registration(self, address: str, *, now: datetime) -> None:
        """Count a registration. Raises `TooManyAttempts`."""
        await self._admit([self._of("registrations", network_of(address))], now)

    async def admit_sign_in(self, email: str, address: str, *, now: datetime) -> None:
        """Count a sign-in. Raises `TooManyAttempts`, the same for accounts that are and that are not."""
        await self._admit(self._sign_in(email, address), now)

    async def admit_confirmation(self, person_id: UUID, *, now: datetime) -> None:
        """Count a signed-in person's naming their password once more. Raises `TooManyAttempts`."""
        await self._admit([self._of("account", str(person_id))], now)

    async def forgive_sign_in(self, conn: AsyncConnection, email: str, address: str) -> None:
        """Take a sign-in back that succeeded."""
        from_address, for_account = self._sign_in(email, address)
        await queries.take_attempt_back(conn, from_address.subject)
        await queries.forget_attempts(conn, for_account.subject)

    async def forgive_confirmation(self, conn: AsyncConnection, person_id: UUID) -> None:
        """Take a confirmation back that succeeded."""
        await queries.forget_attempts(conn, self._of("account", str(person_id)).subject)

    def _sign_in(self, email: str, address: str) -> tuple[Allowance, Allowance]:
        # The address comes first: what it is refused for must not count against somebody's account.
        return self._of("address", network_of(address)), self._of("account", email)

    def _of(self, kind: str, name: str) -> Allowance:
        attempts = {
            "address": self._settings.sign_in_attempts_per_address,
            "account": self._settings.sign_in_attempts_per_account,
            "registrations": self._settings.registrations_per_address,
        }
        subject = hmac.digest(self._secret, f"{kind}:{name}".encode(), "sha256")
        return Allowance(kind, subject, attempts[kind])

    async def _admit(self, allowances: Sequence[Allowance], now: datetime) -> None:
        async with self._db.transaction() as conn:
            wait = await self._count(conn, allowances, now)
        if wait is not None:
            seconds = max(int(wait.total_seconds()) + 1, 1)
            raise TooManyAttempts(f"try again in {seconds} seconds", retry_after=seconds)

    async def _count(self, conn: AsyncConnection, allowances: Sequence[Allowance], now: datetime) -> timedelta | None:
        for allowance in allowances:
            attempts, began_at = await queries.count_attempt(conn, allowance.subject, now=now, window=self.window)
            if attempts > allowance.attempts:
                log.warning("attempt_refused", kind=allowance.kind, attempts=attempts)
                return began_at + self.window - now
        return None


def network_of(address: str) -> str:
    """Name what one party may be taken to hold: an IPv4 address, or the /64 that an IPv6 address lies in."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)

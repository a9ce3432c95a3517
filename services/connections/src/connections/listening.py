"""Having changes told: subscribing where a provider knows a subscription for each connection, and looking after it."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from providers.source import Access, AccessExpired, ProviderError, ProviderRefused, RateLimited
from providers.webhooks import Subscription
from servicekit.errors import Problem, RetryLater

from connections import renewal, webhook_queries
from connections.grants import bound_to
from connections.handshakes import new_secret
from connections.registrations import Registered
from connections.vault import Vault
from connections.webhook_queries import Subscribed
from connections.webhooks import open_secret

log = structlog.get_logger()

CALL_SECONDS = 30
LEASE = timedelta(seconds=200)
"""Longer than all calls for one connection take together."""

LOOKED_AFTER = timedelta(hours=1)
REFUSED_AGAIN = timedelta(days=1)
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)
AT_ONCE = 8

T = TypeVar("T")


async def listen_due(vault: Vault, told_at: str) -> int:
    """Subscribe every connection that is due, or see whether its subscription still stands; return how many.

    `told_at` is the address that providers call us by.
    """
    names = vault.registrations.telling("connection")
    seen = 0
    while True:
        async with vault.db.transaction() as conn:
            due = await webhook_queries.lease_due(conn, names, held_for=LEASE, at_most=AT_ONCE)
        await asyncio.gather(*(_listen(vault, *place, told_at) for place in due))
        seen += len(due)
        if len(due) < AT_ONCE:
            return seen


def can_be_called(told_at: str, api_url: str) -> bool:
    """Whether a provider can reach us: not on a machine of ours alone, unless it stands on that one too."""
    return not _is_here(told_at) or _is_here(api_url)


def address_of(told_at: str, provider: str, connection_id: UUID) -> str:
    """Where a provider tells of a connection."""
    return f"{told_at.rstrip('/')}/webhooks/{provider}/{connection_id}"


async def _listen(vault: Vault, workspace_id: UUID, connection_id: UUID, told_at: str) -> None:
    async with vault.db.transaction(workspace_id) as conn:
        known = await webhook_queries.find(conn, connection_id)
    if known is None:
        return  # removed meanwhile
    try:
        await _look_after(vault, workspace_id, connection_id, told_at, known)
    except ProviderRefused as error:
        log.warning("webhooks_refused", connection_id=connection_id, reason=str(error))
        async with vault.db.transaction(workspace_id) as conn:
            await webhook_queries.save(conn, connection_id, "refused", again_in=REFUSED_AGAIN)
    except (ProviderError, Problem, RetryLater, TimeoutError) as error:
        rest = min(FIRST_REST * 2 ** min(known.attempts - 1, 10), LONGEST_REST)
        if isinstance(error, RateLimited):
            rest = max(rest, timedelta(seconds=error.after_seconds))
        log.warning("webhooks_put_off", connection_id=connection_id, failure=type(error).__qualname__)
        async with vault.db.transaction(workspace_id) as conn:
            await webhook_queries.put_off(conn, connection_id, rest)


async def _look_after(vault: Vault, workspace_id: UUID, connection_id: UUID, told_at: str, known: Subscribed) -> None:
    caller = _Caller(vault, connection_id)
    registered = await caller.registered()
    if not can_be_called(told_at, registered.app.api_url):
        log.info("webhooks_not_possible", connection_id=connection_id, reason="providers cannot reach PUBLIC_URL")
        async with vault.db.transaction(workspace_id) as conn:
            await webhook_queries.save(conn, connection_id, "off", again_in=REFUSED_AGAIN)
        return
    provider, http = registered.provider, registered.http
    secret = open_secret(vault.ring, workspace_id, connection_id, known.secret_sealed)
    if known.subscription_id is not None and secret is not None:
        subscription = Subscription(id=known.subscription_id, secret=secret)
        if await caller.call(lambda access: provider.is_subscribed(http, access, subscription.id)):
            await _keep(vault, workspace_id, connection_id, subscription)
            return
        log.warning("subscription_dropped_by_provider", connection_id=connection_id)
    url, offered = address_of(told_at, provider.name, connection_id), new_secret()
    subscription = await caller.call(lambda access: provider.subscribe(http, access, url=url, secret=offered))
    if await _keep(vault, workspace_id, connection_id, subscription):
        log.info("subscribed", workspace_id=workspace_id, connection_id=connection_id)
    else:  # removed meanwhile, and whoever did that knew of no subscription
        await caller.call(lambda access: provider.unsubscribe(http, access, subscription.id))


async def _keep(vault: Vault, workspace_id: UUID, connection_id: UUID, subscription: Subscription) -> bool:
    # Sealed anew each time, and so soon with the newest key.
    sealed = vault.ring.seal(subscription.secret.encode(), bound_to(workspace_id, connection_id, "webhook"))
    async with vault.db.transaction(workspace_id) as conn:
        return await webhook_queries.save(
            conn,
            connection_id,
            "on",
            again_in=LOOKED_AFTER,
            subscription_id=subscription.id,
            secret_sealed=sealed,
        )


class _Caller:
    """Calls a provider for a connection, with a fresh token if it asks for one."""

    def __init__(self, vault: Vault, connection_id: UUID) -> None:
        self._vault = vault
        self._connection_id = connection_id

    async def registered(self) -> Registered:
        token = await renewal.access_token(self._vault, self._connection_id, rejected=None)
        return self._vault.registrations.of(token.provider)

    async def call(self, call: Callable[[Access], Awaitable[T]]) -> T:
        try:
            return await self._try(call, None)
        except _Rejected as rejected:
            return await self._try(call, rejected.fingerprint)

    async def _try(self, call: Callable[[Access], Awaitable[T]], rejected: str | None) -> T:
        token = await renewal.access_token(self._vault, self._connection_id, rejected=rejected)
        assert token.api_url is not None
        access = Access(
            access_token=token.access_token,
            token_type=token.token_type,
            api_url=token.api_url,
            account_id=token.account_id,
        )
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await call(access)
        except AccessExpired as error:
            if rejected is not None:
                raise
            raise _Rejected(sha256(token.access_token.encode()).hexdigest()) from error


class _Rejected(Exception):
    def __init__(self, fingerprint: str) -> None:
        super().__init__()
        self.fingerprint = fingerprint


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

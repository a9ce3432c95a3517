"""Keeping tokens fresh: one refresh at a time per connection, stored before it is used.

A provider may give a new refresh token with each refresh and let the old one die at once. So who refreshes takes a
lease on the connection first, stores what came before anyone uses it, and is not interrupted in between.
"""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

import structlog
from contracts.connections import AccessToken
from providers.source import Grant, GrantRevoked, ProviderError, ProviderUnavailable, RateLimited
from servicekit.consumer import is_retryable
from servicekit.database import DATABASE_ERRORS
from servicekit.errors import Conflict, Problem, RetryLater
from sqlalchemy.ext.asyncio import AsyncConnection

from connections import operations, queries
from connections.grants import SealedGrant, is_usable, open_grant, seal_grant
from connections.operations import ConnectionNotFound
from connections.queries import Standing
from connections.registrations import Registered
from connections.vault import Vault

log = structlog.get_logger()

CALL_SECONDS = 60
STORE_PAUSES_SECONDS = (0.1, 0.5, 2, 5, 10, 20)
LEASE = timedelta(seconds=150)
"""Longer than a call and its storing take together, so that whoever finds it over may refresh."""

REST, LONGEST_REST = timedelta(seconds=30), timedelta(hours=1)
WAIT_SECONDS = 20
LOOK_SECONDS = 0.1
AT_ONCE = 8

T = TypeVar("T")


class ConnectionIsBroken(Conflict):
    """The provider refuses the connection's grant."""

    slug: ClassVar[str] = "connection-broken"
    title: ClassVar[str] = "The provider refuses this connection; it has to be connected again"


async def access_token(vault: Vault, connection_id: UUID, *, rejected: str | None) -> AccessToken:
    """Hand out a token that can be used for a while; `rejected` is the fingerprint of one the provider refused.

    Raises `ConnectionNotFound`, `ConnectionIsBroken`, `TokensUnreadable`, `ProviderNotSetUp`, and `RetryLater` when
    the provider has trouble.
    """
    workspace_id = await _workspace_of(vault, connection_id)
    holder, waiting_since = uuid4(), time.monotonic()
    while True:
        async with vault.db.transaction(workspace_id) as conn:
            standing, sealed = await _lock_active(conn, connection_id)
            registered, grant = vault.registrations.of(sealed.provider), open_grant(vault.ring, sealed)
            if is_usable(grant, now=datetime.now(UTC), rejected=rejected):
                return _handed_out(registered, grant)
            leased = await queries.take_lease(conn, connection_id, holder=holder, held_for=LEASE)
        if leased:
            if renewed := await uninterrupted(_renew(vault, registered, sealed, holder)):
                return _handed_out(registered, renewed)
        elif not standing.is_leased:
            raise RetryLater("the provider had trouble a moment ago", after=standing.rests_for)
        elif time.monotonic() - waiting_since > WAIT_SECONDS:
            raise RetryLater("the token is being refreshed", after=timedelta(seconds=5))
        else:
            await asyncio.sleep(LOOK_SECONDS)


async def report_broken(vault: Vault, connection_id: UUID, reason: str) -> None:
    """Take the word of who uses the tokens that the provider refuses them for good. Raises `ConnectionNotFound`."""
    workspace_id = await _workspace_of(vault, connection_id)
    async with vault.db.transaction(workspace_id) as conn:
        broken = await operations.break_connection(conn, workspace_id, connection_id, reason)
    if broken:
        log.warning("connection_broken", workspace_id=workspace_id, connection_id=connection_id)


async def refresh_due(vault: Vault, *, ahead: timedelta) -> int:
    """Refresh every token that ends soon, in all workspaces; return how many were due."""
    seen = 0
    while True:
        holder = uuid4()
        async with vault.db.transaction() as conn:
            due = await queries.lease_due(
                conn, vault.registrations.names, ahead=ahead, holder=holder, held_for=LEASE, at_most=AT_ONCE
            )
        await asyncio.gather(*(_refresh_leased(vault, *place, holder) for place in due))
        seen += len(due)
        if len(due) < AT_ONCE:
            return seen


async def _refresh_leased(vault: Vault, workspace_id: UUID, connection_id: UUID, holder: UUID) -> None:
    try:
        async with vault.db.transaction(workspace_id) as conn:
            _, sealed = await _lock_active(conn, connection_id)
        await uninterrupted(_renew(vault, vault.registrations.of(sealed.provider), sealed, holder))
    except (Problem, RetryLater) as fate:  # nobody waits for an answer; what was found out is stored already
        log.warning("token_not_refreshed", connection_id=connection_id, failure=type(fate).__qualname__)


async def _workspace_of(vault: Vault, connection_id: UUID) -> UUID:
    async with vault.db.transaction() as conn:
        workspace_id = await queries.find_workspace(conn, connection_id)
    if workspace_id is None:
        raise ConnectionNotFound
    return workspace_id


async def _lock_active(conn: AsyncConnection, connection_id: UUID) -> tuple[Standing, SealedGrant]:
    # Locked before the grant is read: a refresh that ends in between would leave us with a spent one.
    standing = await queries.find_standing(conn, connection_id, lock=True)
    sealed = await queries.find_grant(conn, connection_id)
    if standing is None or sealed is None:
        raise ConnectionNotFound
    if standing.state == "broken":
        raise ConnectionIsBroken(standing.broken_reason)
    return standing, sealed


async def _renew(vault: Vault, registered: Registered, sealed: SealedGrant, holder: UUID) -> Grant | None:
    """Refresh under a lease and store the outcome; None when the lease was lost, and all has to be looked at again."""
    spent = open_grant(vault.ring, sealed)
    try:
        async with asyncio.timeout(CALL_SECONDS):
            fresh = await registered.provider.refresh(registered.http, registered.app, spent)
    except GrantRevoked as error:
        await _break(vault, sealed, holder, error)
        return None
    except (ProviderError, TimeoutError) as error:
        raise await _put_off(vault, sealed, holder, error) from error
    if not await _store(vault, seal_grant(vault.ring, sealed.workspace_id, sealed.provider, fresh), holder):
        await _give_back_if_lost(vault, registered, sealed, fresh)
        return None
    log.info("token_refreshed", workspace_id=sealed.workspace_id, connection_id=sealed.connection_id)
    return fresh


async def _break(vault: Vault, sealed: SealedGrant, holder: UUID, error: GrantRevoked) -> None:
    """Raise `ConnectionIsBroken`, unless the lease was lost."""
    where, reason = (sealed.workspace_id, sealed.connection_id), str(error)
    async with vault.db.transaction(sealed.workspace_id) as conn:
        broken = await operations.break_connection(conn, *where, reason, holder=holder)
    if broken:
        log.warning("connection_broken", workspace_id=sealed.workspace_id, connection_id=sealed.connection_id)
        raise ConnectionIsBroken(reason) from error


async def _put_off(vault: Vault, sealed: SealedGrant, holder: UUID, error: Exception) -> RetryLater:
    asked = error.after_seconds if isinstance(error, (RateLimited, ProviderUnavailable)) else None
    rest = min(max(timedelta(seconds=asked), timedelta(seconds=1)), LONGEST_REST) if asked is not None else REST
    async with vault.db.transaction(sealed.workspace_id) as conn:
        await queries.put_renewal_off(conn, sealed.connection_id, holder=holder, rest=rest)
    log.warning("refresh_put_off", connection_id=sealed.connection_id, failure=type(error).__qualname__)
    return RetryLater(str(error) or "the provider did not answer in time", after=rest)


async def _store(vault: Vault, renewed: SealedGrant, holder: UUID) -> bool:
    """Store renewed tokens, stubbornly: without them the connection may be lost."""
    for pause in (*STORE_PAUSES_SECONDS, None):
        try:
            async with vault.db.transaction(renewed.workspace_id) as conn:
                return await queries.save_renewal(conn, renewed, holder=holder)
        except DATABASE_ERRORS as error:
            if pause is None or not is_retryable(error):
                raise
            log.warning("renewal_not_stored_yet", connection_id=renewed.connection_id)
            await asyncio.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


async def _give_back_if_lost(vault: Vault, registered: Registered, sealed: SealedGrant, fresh: Grant) -> None:
    """Leave no grant alive at the provider that nobody here knows of: what was given back was only the old one."""
    async with vault.db.transaction(sealed.workspace_id) as conn:
        standing = await queries.find_standing(conn, sealed.connection_id)
    if standing and standing.state != "removed" and registered.provider.grants_stay:
        return  # a person connected again meanwhile, with this very grant
    try:
        await registered.provider.revoke(registered.http, registered.app, fresh)
    except ProviderError as error:
        log.warning("grant_not_given_back", connection_id=sealed.connection_id, failure=type(error).__qualname__)


def _handed_out(registered: Registered, grant: Grant) -> AccessToken:
    return AccessToken(
        provider=registered.provider.name,
        account_id=grant.account_id,
        access_token=grant.access_token,
        token_type=grant.token_type,
        api_url=grant.api_url or registered.app.api_url,
        expires_at=grant.expires_at,
    )


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Let this run to its end even when whoever waits for it is cancelled, as at the end of the process."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

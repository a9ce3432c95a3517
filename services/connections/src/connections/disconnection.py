"""Removing a connection, and giving its grant back to the provider: at once, or when the provider can."""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from contracts.connections import DataChoice
from providers.source import (
    Access,
    AccessExpired,
    Grant,
    GrantRevoked,
    LeftToOwner,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)
from servicekit.errors import Problem

from connections import operations, queries
from connections.grants import SealedGrant, open_grant, seal_grant
from connections.operations import REVOCATION_SECONDS
from connections.registrations import Registered
from connections.renewal import uninterrupted
from connections.vault import Vault

log = structlog.get_logger()

CALL_SECONDS = 10
UNSUBSCRIBED_WITHIN = 4
"""How many attempts at giving a grant back wait for its subscription to be ended first."""
REFRESH_SECONDS = 30
"""With a call before it and one after it this is less than anyone else waits with the same grant."""

MAX_ATTEMPTS = 8
FIRST_REST = timedelta(minutes=5)
"""Doubled with each attempt: the last is some ten hours after the first."""

AT_ONCE = 8
NOT_GIVEN_BACK = "The provider has not confirmed the end of the access yet; we go on trying."
GIVEN_UP = "The provider did not confirm the end of the access: remove Lead Manager in the provider's own settings."


async def disconnect(vault: Vault, workspace_id: UUID, connection_id: UUID, data: DataChoice) -> None:
    """Remove a connection; a provider that is away does not keep it. Raises `ConnectionNotFound`."""
    async with vault.db.transaction(workspace_id) as conn:
        revocation_id = await operations.remove_connection(conn, workspace_id, connection_id, data)
    log.info("connection_removed", workspace_id=workspace_id, connection_id=connection_id, data=data)
    if revocation_id is not None:
        await give_back(vault, workspace_id, revocation_id)


async def give_back_due(vault: Vault) -> int:
    """Give back every grant that is due for another attempt, in all workspaces; return how many there were."""
    seen = 0
    while True:
        async with vault.db.transaction() as conn:
            due = await queries.lease_due_revocations(
                conn, held_for=timedelta(seconds=REVOCATION_SECONDS), at_most=AT_ONCE
            )
        await asyncio.gather(*(give_back(vault, *place) for place in due))
        seen += len(due)
        if len(due) < AT_ONCE:
            return seen


async def give_back(vault: Vault, workspace_id: UUID, revocation_id: UUID) -> None:
    """Revoke a grant at its provider, or note when to try again."""
    async with vault.db.transaction(workspace_id) as conn:
        found = await queries.find_revocation(conn, revocation_id)
    if found is None:
        return  # connected again meanwhile
    sealed, attempts, subscription_id = found
    try:
        note = await _end(vault, revocation_id, sealed, attempts, subscription_id)
    except (ProviderError, Problem, TimeoutError) as error:
        note = NOT_GIVEN_BACK if attempts < MAX_ATTEMPTS else GIVEN_UP
        log.warning(
            "grant_not_given_back",
            connection_id=sealed.connection_id,
            attempts=attempts,
            failure=type(error).__qualname__,
        )
    async with vault.db.transaction(workspace_id) as conn:
        if note == NOT_GIVEN_BACK:
            await queries.put_revocation_off(conn, revocation_id, FIRST_REST * 2 ** (attempts - 1))
        else:
            await queries.delete_revocation(conn, revocation_id)
        await queries.note_removed(conn, sealed.connection_id, note, waiting=NOT_GIVEN_BACK)


async def _end(
    vault: Vault, revocation_id: UUID, sealed: SealedGrant, attempts: int, subscription_id: str | None
) -> str | None:
    """End a grant, and before it the subscription made with it.

    Return what is to be said where that is over without the provider having confirmed it.
    """
    registered, grant = vault.registrations.of(sealed.provider), open_grant(vault.ring, sealed)
    try:
        await _revoke(registered, grant, subscription_id, attempts)
    except LeftToOwner as left:
        return str(left)
    except AccessExpired:
        try:
            fresh = await uninterrupted(_refresh(vault, registered, revocation_id, sealed, grant))
        except GrantRevoked:
            # Dead, which is what we want; but an attempt before this one may have missed what came in its place.
            return None if attempts == 1 else GIVEN_UP
        await _revoke(registered, fresh, subscription_id, attempts)
    return None


async def _revoke(registered: Registered, grant: Grant, subscription_id: str | None, attempts: int) -> None:
    if subscription_id is not None:
        try:
            await _unsubscribe(registered, grant, subscription_id)
        except (ProviderUnavailable, RateLimited, TimeoutError) as error:
            if attempts < UNSUBSCRIBED_WITHIN:
                raise
            # The grant matters more: with its end the subscription loses whoever made it.
            log.warning("not_unsubscribed", provider=registered.provider.name, failure=type(error).__qualname__)
    async with asyncio.timeout(CALL_SECONDS):
        await registered.provider.revoke(registered.http, registered.app, grant)


async def _unsubscribe(registered: Registered, grant: Grant, subscription_id: str) -> None:
    access = Access(
        access_token=grant.access_token,
        token_type=grant.token_type,
        api_url=grant.api_url or registered.app.api_url,
        account_id=grant.account_id,
    )
    try:
        async with asyncio.timeout(CALL_SECONDS):
            await registered.provider.unsubscribe(registered.http, access, subscription_id)
    except ProviderRefused as error:
        # What it still sends is proved by a secret that nobody here knows any more.
        log.warning("not_unsubscribed", provider=registered.provider.name, reason=str(error))


async def _refresh(
    vault: Vault, registered: Registered, revocation_id: UUID, sealed: SealedGrant, spent: Grant
) -> Grant:
    """Refresh a grant only to give it back, and keep what comes before anything else can fail."""
    async with asyncio.timeout(REFRESH_SECONDS):
        fresh = await registered.provider.refresh(registered.http, registered.app, spent)
    async with vault.db.transaction(sealed.workspace_id) as conn:
        kept = seal_grant(vault.ring, sealed.workspace_id, sealed.provider, fresh)
        await queries.save_revocation_grant(conn, revocation_id, kept)
    return fresh

"""A person's way to a provider and back: the handshake goes out, comes back once, and becomes a connection."""

from typing import ClassVar
from uuid import UUID

import msgspec
import structlog
from providers.source import Grant, GrantRevoked, ProviderError
from servicekit.database import Database
from servicekit.errors import BadRequest, Conflict, Unavailable

from connections import handshakes, operations, queries
from connections.grants import seal_grant
from connections.handshakes import Handshake, TakenHandshake
from connections.registrations import Registered
from connections.vault import Vault

log = structlog.get_logger()


class HandshakeUnknown(BadRequest):
    """The state is not one of ours, or was used before."""

    slug: ClassVar[str] = "handshake-unknown"
    title: ClassVar[str] = "This link was used before, or is not ours; start connecting again"


class HandshakeExpired(BadRequest):
    """The person took longer than the handshake lives."""

    slug: ClassVar[str] = "handshake-expired"
    title: ClassVar[str] = "This took longer than ten minutes; start connecting again"


class HandshakeForeign(BadRequest):
    """Another browser came back than the one that left."""

    slug: ClassVar[str] = "handshake-foreign"
    title: ClassVar[str] = "Connecting was started in another browser, or under another address; start again here"


class ConsentRefused(Conflict):
    """The person said no at the provider."""

    slug: ClassVar[str] = "consent-refused"
    title: ClassVar[str] = "You did not allow the access, so nothing was connected"


class CodeRefused(BadRequest):
    """The provider does not take the code of its own callback."""

    slug: ClassVar[str] = "code-refused"
    title: ClassVar[str] = "The provider did not confirm the connection; start connecting again"


class ProviderAway(Unavailable):
    """The provider did not answer as it should when the code was exchanged."""

    slug: ClassVar[str] = "provider-away"
    title: ClassVar[str] = "The provider does not answer as it should; start connecting again in a moment"


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider sent back with the person, and the cookie of the browser they came in."""

    provider: str
    state: str | None
    code: str | None
    error: str | None
    cookie: str | None


class Authorized(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that was just made, and where its maker wanted to go next."""

    connection_id: UUID
    account_name: str
    return_to: str | None


async def begin(
    vault: Vault,
    provider_name: str,
    *,
    workspace_id: UUID,
    user_id: UUID,
    browser: str,
    public_url: str,
    return_to: str | None,
) -> str:
    """Begin a handshake; return the provider's address to send the person to.

    Raises `ProviderUnknown`, `ProviderNotSetUp` and `ReturnToInvalid`.
    """
    registered = vault.registrations.of(provider_name)
    provider = registered.provider
    state, verifier = handshakes.new_secret(), handshakes.new_secret()
    state_hash = handshakes.hash_of(state)
    begun = Handshake(
        workspace_id=workspace_id,
        user_id=user_id,
        provider=provider.name,
        state_hash=state_hash,
        browser_hash=handshakes.hash_of(browser),
        verifier_sealed=handshakes.seal_verifier(vault.ring, state_hash, verifier),
        return_to=handshakes.local_path(return_to),
    )
    async with vault.db.transaction(workspace_id) as conn:
        await queries.save_handshake(conn, begun)
    log.info("connecting_began", workspace_id=workspace_id, provider=provider.name)
    return provider.authorize_url(
        registered.app,
        redirect_uri=_redirect_uri(public_url, provider.name),
        state=state,
        code_challenge=handshakes.challenge_of(verifier),
    )


async def complete(vault: Vault, callback: Callback, *, public_url: str) -> Authorized:
    """End a handshake: check it, exchange the code, keep the grant.

    Raises one of the problems above, or that the provider is unknown or not set up.
    """
    taken = await _take(vault.db, callback)
    registered = vault.registrations.of(callback.provider)
    if callback.error == "access_denied":
        raise ConsentRefused
    if callback.error is not None or not callback.code:
        raise CodeRefused
    verifier = handshakes.open_verifier(vault.ring, taken)
    grant = await _exchange(registered, callback.code, verifier, _redirect_uri(public_url, callback.provider))
    sealed = seal_grant(vault.ring, taken.workspace_id, callback.provider, grant)
    async with vault.db.transaction(taken.workspace_id) as conn:
        await operations.save_grant(conn, sealed, authorized_by=taken.user_id)
    log.info("connection_authorized", workspace_id=taken.workspace_id, connection_id=sealed.connection_id)
    return Authorized(connection_id=sealed.connection_id, account_name=sealed.account_name, return_to=taken.return_to)


async def _take(db: Database, callback: Callback) -> TakenHandshake:
    """Use the handshake up, for good and before anything is checked, and then check it."""
    if not callback.state:
        raise HandshakeUnknown
    async with db.transaction() as conn:
        taken = await queries.take_handshake(conn, handshakes.hash_of(callback.state))
    if taken is None or taken.provider != callback.provider:
        raise HandshakeUnknown
    if not handshakes.came_from(taken, callback.cookie):
        log.warning("handshake_foreign", workspace_id=taken.workspace_id, provider=taken.provider)
        raise HandshakeForeign
    if taken.expired:
        raise HandshakeExpired
    return taken


async def _exchange(registered: Registered, code: str, verifier: str, redirect_uri: str) -> Grant:
    try:
        return await registered.provider.exchange(
            registered.http, registered.app, code=code, redirect_uri=redirect_uri, code_verifier=verifier
        )
    except GrantRevoked as error:
        raise CodeRefused(str(error)) from error
    except ProviderError as error:
        log.warning("exchange_failed", provider=registered.provider.name, failure=type(error).__qualname__)
        raise ProviderAway(str(error)) from error


def _redirect_uri(public_url: str, provider: str) -> str:
    return f"{public_url.rstrip('/')}/connections/{provider}/callback"

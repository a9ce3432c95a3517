"""How an account is connected: a handshake goes out and comes back once, or credentials are handed over."""

import re
from collections.abc import Awaitable, Mapping
from typing import ClassVar
from uuid import UUID

import msgspec
import structlog
from providers.source import AccountUnfit, Grant, GrantRevoked, OAuthApp, ProviderError
from servicekit.database import Database
from servicekit.errors import BadRequest, Conflict, Unavailable
from servicekit.fields import for_people

from connections import handshakes, operations, queries
from connections.grants import seal_grant
from connections.handshakes import Handshake, TakenHandshake
from connections.registrations import Registered
from connections.vault import Vault

log = structlog.get_logger()

_FIELD = re.compile(r"`(?:\$\.)?(\w+)`$")


class AskedInvalid(BadRequest):
    """The provider asks for something else before it is gone to."""

    slug: ClassVar[str] = "invalid-input"
    title: ClassVar[str] = "Some of the input is not valid"


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


class CredentialsRefused(BadRequest):
    """The provider does not take what was handed over."""

    slug: ClassVar[str] = "credentials-refused"
    title: ClassVar[str] = "The provider does not take these credentials"


class AccountNotUsable(Conflict):
    """The provider let us in, but this account, or this person in it, cannot do what we need."""

    slug: ClassVar[str] = "account-not-usable"
    title: ClassVar[str] = "This account cannot be connected as it is"


class ProviderAway(Unavailable):
    """The provider did not answer as it should when we asked for the grant."""

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


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A person said no at the provider, and where they wanted to go next."""

    problem: ConsentRefused
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
    asked: Mapping[str, str],
) -> str:
    """Begin a handshake; return the provider's address to send the person to.

    Raises `ProviderUnknown`, `ProviderNotSetUp`, `AskedInvalid` and `ReturnToInvalid`.
    """
    registered = vault.registrations.asking_consent(provider_name)
    provider, app = registered.provider, _located(registered, asked)
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
        asked=dict(asked),
    )
    async with vault.db.transaction(workspace_id) as conn:
        await queries.save_handshake(conn, begun)
    log.info("connecting_began", workspace_id=workspace_id, provider=provider.name)
    return provider.authorize_url(
        app,
        redirect_uri=_redirect_uri(public_url, provider.name),
        state=state,
        code_challenge=handshakes.challenge_of(verifier),
    )


async def complete(vault: Vault, callback: Callback, *, public_url: str) -> Authorized | Refused:
    """End a handshake: check it, exchange the code, keep the grant; or take a no for an answer.

    Raises one of the problems above, or that the provider is unknown or not set up.
    """
    taken = await _take(vault.db, callback)
    registered = vault.registrations.asking_consent(callback.provider)
    if callback.error in registered.provider.refusals:
        return Refused(problem=ConsentRefused(), return_to=taken.return_to)
    if callback.error is not None or not callback.code:
        raise CodeRefused
    exchanging = registered.provider.exchange(
        registered.http,
        _located(registered, taken.asked),
        code=callback.code,
        redirect_uri=_redirect_uri(public_url, callback.provider),
        code_verifier=handshakes.open_verifier(vault.ring, taken),
    )
    grant = await _granted(callback.provider, exchanging, refused=CodeRefused)
    connection_id = await _keep(vault, callback.provider, grant, taken.workspace_id, taken.user_id)
    return Authorized(connection_id=connection_id, account_name=grant.account_name, return_to=taken.return_to)


async def sign_in(
    vault: Vault, provider_name: str, given: msgspec.Struct, *, workspace_id: UUID, user_id: UUID
) -> UUID:
    """Connect an account with credentials of its own; return the connection's id.

    Raises `ProviderUnknown`, `ProviderNotSetUp`, `CredentialsRefused`, `AccountNotUsable` and `ProviderAway`.
    """
    registered = vault.registrations.of(provider_name)
    signing_in = registered.provider.sign_in(registered.http, registered.app, given)
    grant = await _granted(provider_name, signing_in, refused=CredentialsRefused)
    return await _keep(vault, provider_name, grant, workspace_id, user_id)


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


def _located(registered: Registered, asked: Mapping[str, str]) -> OAuthApp:
    try:
        return registered.provider.locate(registered.app, asked)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        field = found[1] if found else ""
        message = for_people(str(error), registered.provider.asks, field)
        raise AskedInvalid(errors=[{"field": field, "message": message}]) from error


async def _granted(provider: str, asking: Awaitable[Grant], *, refused: type[BadRequest]) -> Grant:
    try:
        return await asking
    except GrantRevoked as error:
        raise refused(str(error)) from error
    except AccountUnfit as error:
        raise AccountNotUsable(str(error)) from error
    except ProviderError as error:
        log.warning("grant_not_given", provider=provider, failure=type(error).__qualname__)
        raise ProviderAway(str(error)) from error


async def _keep(vault: Vault, provider: str, grant: Grant, workspace_id: UUID, user_id: UUID) -> UUID:
    sealed = seal_grant(vault.ring, workspace_id, provider, grant)
    stays = vault.registrations.of(provider).provider.grants_stay
    async with vault.db.transaction(workspace_id) as conn:
        await operations.save_grant(conn, sealed, authorized_by=user_id, stays=stays)
    log.info("connection_authorized", workspace_id=workspace_id, connection_id=sealed.connection_id)
    return sealed.connection_id


def _redirect_uri(public_url: str, provider: str) -> str:
    return f"{public_url.rstrip('/')}/connections/{provider}/callback"

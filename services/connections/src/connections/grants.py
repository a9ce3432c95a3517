"""Grants under seal: what a provider gave us, as it may lie in a database."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import msgspec
from providers.source import Grant
from servicekit.errors import Unavailable
from servicekit.secrets import KeyRing, SealBroken, derive

DERIVED_KEY = "k1"
SPARE = timedelta(minutes=1)
"""A token that ends sooner is not handed out: its user may need a moment to use it."""


class TokensUnreadable(Unavailable):
    """Tokens are sealed with a key we no longer have, or were changed at rest; they are kept as they are."""

    slug = "tokens-unreadable"
    title = "The tokens of this connection cannot be read"


class SealedGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A grant whose tokens open only with the key ring, and only as this connection's."""

    workspace_id: UUID
    connection_id: UUID
    provider: str
    account_id: str
    account_name: str
    scopes: tuple[str, ...]
    api_url: str | None
    access_sealed: str
    refresh_sealed: str | None
    expires_at: datetime | None
    token_type: str
    ends_at: datetime | None


def key_ring(token_keys: str | None, lead_secret: str) -> KeyRing:
    """Make the ring: our own keys, the newest first, and last the one derived from the secret, to open what it sealed.

    Raises `ValueError`.
    """
    key = base64.b64encode(derive(lead_secret, "connections:tokens")).decode()
    derived = f"{DERIVED_KEY}:{key}"
    if not token_keys:
        return KeyRing.parse(derived)
    if any(item.strip().startswith(f"{DERIVED_KEY}:") for item in token_keys.split(",")):
        raise ValueError(f"{DERIVED_KEY} is the key derived from the secret")
    return KeyRing.parse(f"{token_keys},{derived}")


def connection_id_of(workspace_id: UUID, provider: str, account_id: str) -> UUID:
    """Name the connection of an account: the same whenever it is connected, so that its records find it again."""
    return uuid5(workspace_id, f"{provider}:{account_id}")


def seal_grant(ring: KeyRing, workspace_id: UUID, provider: str, grant: Grant) -> SealedGrant:
    """Put a grant under seal."""
    connection_id = connection_id_of(workspace_id, provider, grant.account_id)

    def seal(token: str, kind: str) -> str:
        return ring.seal(token.encode(), bound_to(workspace_id, connection_id, kind))

    return SealedGrant(
        workspace_id=workspace_id,
        connection_id=connection_id,
        provider=provider,
        account_id=grant.account_id,
        account_name=grant.account_name,
        scopes=grant.scopes,
        api_url=grant.api_url,
        access_sealed=seal(grant.access_token, "access"),
        refresh_sealed=seal(grant.refresh_token, "refresh") if grant.refresh_token is not None else None,
        expires_at=grant.expires_at,
        token_type=grant.token_type,
        ends_at=grant.ends_at,
    )


def open_grant(ring: KeyRing, sealed: SealedGrant) -> Grant:
    """Take a grant out of its seal. Raises `TokensUnreadable`."""

    def unseal(text: str, kind: str) -> str:
        return ring.open(text, bound_to(sealed.workspace_id, sealed.connection_id, kind)).decode()

    try:
        return Grant(
            access_token=unseal(sealed.access_sealed, "access"),
            refresh_token=unseal(sealed.refresh_sealed, "refresh") if sealed.refresh_sealed is not None else None,
            expires_at=sealed.expires_at,
            scopes=sealed.scopes,
            account_id=sealed.account_id,
            account_name=sealed.account_name,
            api_url=sealed.api_url,
            token_type=sealed.token_type,
            ends_at=sealed.ends_at,
        )
    except SealBroken as error:
        raise TokensUnreadable("TOKEN_KEYS lacks the key that sealed them; give it back, or connect again") from error


def is_usable(grant: Grant, *, now: datetime, rejected: str | None) -> bool:
    """Whether the access token can be handed out; `rejected` is the fingerprint of one the provider refused."""
    if rejected is not None and hmac.compare_digest(fingerprint(grant.access_token), rejected):
        return False
    return grant.expires_at is None or grant.expires_at > now + SPARE


def fingerprint(access_token: str) -> str:
    """Name a token without telling it."""
    return hashlib.sha256(access_token.encode()).hexdigest()


def bound_to(workspace_id: UUID, connection_id: UUID, kind: str) -> bytes:
    """Name what a sealed secret belongs to: it opens beside nothing else."""
    return f"{workspace_id}/{connection_id}/{kind}".encode()
